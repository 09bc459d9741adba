import type { WorkspaceAgent } from '@coder/api';
import type { AgentSpec, AppSpec } from '../../templates/index.ts';
import { stableId } from '../stable-id.ts';
import { type AgentRow, presentAgent } from './agent.ts';
import { type AppPlace, presentApp } from './app.ts';

type Planned = { readonly resourceId: string; readonly at: Date; readonly place: AppPlace };

/** An agent that there is not, as it would be right after a start. */
export function planAgent(
  spec: AgentSpec,
  apps: readonly AppSpec[],
  { resourceId, at, place }: Planned,
): WorkspaceAgent {
  const id = stableId(resourceId, 'agent', spec.name);
  const row: AgentRow = {
    id,
    resource_id: resourceId,
    build_id: '',
    workspace_id: '',
    name: spec.name,
    token_hash: null,
    spec,
    lifecycle_state: 'created',
    operating_system: '',
    architecture: '',
    version: '',
    directory: spec.directory,
    expanded_directory: '',
    environment: spec.env,
    connection_timeout_seconds: spec.connection_timeout_seconds,
    troubleshooting_url: spec.troubleshooting_url,
    cpu_limit: null,
    memory_limit: null,
    disk_limit: null,
    boot_id: null,
    last_event_seq: 0,
    replica_id: null,
    logs_length: 0,
    logs_overflowed: false,
    first_connected_at: null,
    last_connected_at: null,
    disconnected_at: null,
    started_at: null,
    ready_at: null,
    created_at: at,
    updated_at: at,
  };
  const presented = apps.map(({ healthcheck, ...app }, position) =>
    presentApp(
      {
        ...app,
        id: stableId(id, 'app', app.slug),
        agent_id: id,
        healthcheck_url: healthcheck?.url ?? '',
        healthcheck_interval: healthcheck?.interval_seconds ?? 0,
        healthcheck_threshold: healthcheck?.threshold ?? 0,
        health: healthcheck ? 'initializing' : 'disabled',
        position,
        created_at: at,
      },
      place,
      [],
    ),
  );
  return presentAgent(row, presented, at);
}
