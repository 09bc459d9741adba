import * as z from 'zod';
import { AgentLifecycle, AppHealth } from '../agent/manifest.ts';
import { time, uuid } from './common.ts';
import { logLevels } from './jobs.ts';

export const appStatusStates = ['working', 'idle', 'complete', 'failure'] as const;
export const agentStatuses = ['connecting', 'connected', 'disconnected', 'timeout'] as const;

export const workspaceAppStatusSchema = z.object({
  id: uuid,
  created_at: time,
  workspace_id: uuid,
  agent_id: uuid,
  app_id: uuid,
  state: z.enum(appStatusStates),
  message: z.string(),
  uri: z.string(),
  icon: z.string(),
  needs_user_attention: z.boolean(),
});
export type WorkspaceAppStatus = z.infer<typeof workspaceAppStatusSchema>;

export const workspaceAppSchema = z.object({
  id: uuid,
  url: z.string().optional(),
  external: z.boolean(),
  slug: z.string(),
  display_name: z.string().optional(),
  command: z.string().optional(),
  icon: z.string().optional(),
  subdomain: z.boolean(),
  subdomain_name: z.string().optional(),
  sharing_level: z.enum(['owner', 'authenticated', 'organization', 'public']),
  healthcheck: z.object({ url: z.string(), interval: z.int(), threshold: z.int() }),
  health: AppHealth,
  group: z.string().optional(),
  hidden: z.boolean(),
  open_in: z.enum(['slim-window', 'tab']),
  statuses: z.array(workspaceAppStatusSchema),
});
export type WorkspaceApp = z.infer<typeof workspaceAppSchema>;

export const workspaceAgentSchema = z.object({
  id: uuid,
  parent_id: uuid.nullable(),
  created_at: time,
  updated_at: time,
  first_connected_at: time.optional(),
  last_connected_at: time.optional(),
  disconnected_at: time.optional(),
  started_at: time.optional(),
  ready_at: time.optional(),
  status: z.enum(agentStatuses),
  lifecycle_state: AgentLifecycle,
  name: z.string(),
  resource_id: uuid,
  architecture: z.string(),
  environment_variables: z.record(z.string(), z.string()),
  operating_system: z.string(),
  logs_length: z.int(),
  logs_overflowed: z.boolean(),
  directory: z.string().optional(),
  expanded_directory: z.string().optional(),
  version: z.string(),
  api_version: z.string(),
  apps: z.array(workspaceAppSchema),
  connection_timeout_seconds: z.int(),
  troubleshooting_url: z.string(),
  subsystems: z.array(z.string()),
  health: z.object({ healthy: z.boolean(), reason: z.string().optional() }),
  display_apps: z.array(z.string()),
  log_sources: z.array(
    z.object({
      id: uuid,
      workspace_agent_id: uuid,
      created_at: time,
      display_name: z.string(),
      icon: z.string(),
    }),
  ),
  scripts: z.array(
    z.object({
      id: uuid,
      log_source_id: uuid,
      log_path: z.string(),
      script: z.string(),
      cron: z.string(),
      run_on_start: z.boolean(),
      run_on_stop: z.boolean(),
      start_blocks_login: z.boolean(),
      timeout: z.int(),
      display_name: z.string(),
    }),
  ),
  startup_script_behavior: z.enum(['blocking', 'non-blocking']),
});
export type WorkspaceAgent = z.infer<typeof workspaceAgentSchema>;

export const agentLogSchema = z.object({
  id: z.int(),
  created_at: time,
  output: z.string(),
  level: z.enum(logLevels),
  source_id: uuid,
});
export type AgentLog = z.infer<typeof agentLogSchema>;

export const listeningPortsSchema = z.object({
  ports: z.array(z.object({ process_name: z.string(), network: z.literal('tcp'), port: z.int() })),
});

export const patchAppStatusSchema = z.strictObject({
  app_slug: z.string().min(1),
  state: z.enum(appStatusStates),
  message: z.string().max(160, 'must be at most 160 characters long'),
  uri: z.string().max(2048),
  icon: z.string().optional(),
  needs_user_attention: z.boolean().optional(),
});

/** An agent as a caller names it, with just what is needed to work through it. */
export const foundAgentSchema = z.object({
  agent_id: uuid,
  agent_name: z.string(),
  workspace_id: uuid,
  workspace_name: z.string(),
  owner_name: z.string(),
  status: z.enum(agentStatuses),
  lifecycle_state: AgentLifecycle,
  /** Its workspace runs, it is connected, and its startup scripts have ended, well or badly. */
  usable: z.boolean(),
});
export type FoundAgent = z.infer<typeof foundAgentSchema>;
