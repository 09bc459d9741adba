import type { WorkspaceAgent, WorkspaceApp } from '@coder/api';
import type { Selectable } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { storedSpec } from '../spec.ts';
import { agentHealth, agentStatus } from './status.ts';

export type AgentRow = Selectable<Tables['workspace_agents']>;

/** An agent in upstream's shape. */
export function presentAgent(
  row: AgentRow,
  apps: WorkspaceApp[],
  now: Date,
  inactiveDisconnectMs?: number,
): WorkspaceAgent {
  const spec = storedSpec(row.spec);
  const status = agentStatus(row, now, inactiveDisconnectMs);
  const lifecycle = row.lifecycle_state as WorkspaceAgent['lifecycle_state'];
  return {
    id: row.id,
    parent_id: null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    ...times(row),
    status,
    lifecycle_state: lifecycle,
    name: row.name,
    resource_id: row.resource_id,
    architecture: row.architecture,
    environment_variables: row.environment as Record<string, string>,
    operating_system: row.operating_system,
    logs_length: row.logs_length,
    logs_overflowed: row.logs_overflowed,
    ...(row.directory === '' ? {} : { directory: row.directory }),
    ...(row.expanded_directory === '' ? {} : { expanded_directory: row.expanded_directory }),
    version: row.version,
    api_version: AGENT_API_VERSION,
    apps,
    connection_timeout_seconds: row.connection_timeout_seconds,
    troubleshooting_url: row.troubleshooting_url,
    subsystems: [],
    health: agentHealth(status, lifecycle),
    display_apps: [...spec.display_apps],
    log_sources: spec.log_sources.map(({ id, display_name, icon }) => ({
      id,
      workspace_agent_id: row.id,
      created_at: row.created_at.toISOString(),
      display_name,
      icon,
    })),
    scripts: spec.scripts.map((script) => ({
      id: script.id,
      log_source_id: script.log_source_id,
      log_path: '',
      script: script.script,
      cron: '',
      run_on_start: script.run_on_start,
      run_on_stop: script.run_on_stop,
      start_blocks_login: script.start_blocks_login,
      timeout: script.timeout_seconds,
      display_name: script.display_name,
    })),
    startup_script_behavior: spec.startup_script_behavior,
  };
}

/** The version of the agent contract that this server speaks. */
const AGENT_API_VERSION = '1.0';

const timeFields = [
  'first_connected_at',
  'last_connected_at',
  'disconnected_at',
  'started_at',
  'ready_at',
] as const;

function times(row: AgentRow): Partial<Record<(typeof timeFields)[number], string>> {
  const present = timeFields.flatMap((field) => {
    const value = row[field];
    return value === null ? [] : [[field, value.toISOString()] as const];
  });
  return Object.fromEntries(present);
}
