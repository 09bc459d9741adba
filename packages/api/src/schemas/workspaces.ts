import * as z from 'zod';
import { workspaceAgentSchema, workspaceAppStatusSchema } from './agents.ts';
import { nameSchema, time, uuid } from './common.ts';
import { provisionerJobSchema } from './jobs.ts';
import { sharedActorSchema } from './workspace-acl.ts';

export const transitions = ['start', 'stop', 'delete'] as const;
export const workspaceStatuses = [
  'pending',
  'starting',
  'running',
  'stopping',
  'stopped',
  'failed',
  'canceling',
  'canceled',
  'deleting',
  'deleted',
] as const;
export type Transition = (typeof transitions)[number];
export type WorkspaceStatus = (typeof workspaceStatuses)[number];

export const buildReasons = [
  'initiator',
  'autostart',
  'autostop',
  'dormancy',
  'dashboard',
  'cli',
  'ssh_connection',
  'vscode_connection',
  'jetbrains_connection',
] as const;

export const workspaceResourceSchema = z.object({
  id: uuid,
  created_at: time,
  job_id: uuid,
  workspace_transition: z.enum(transitions),
  type: z.string(),
  name: z.string(),
  hide: z.boolean(),
  icon: z.string(),
  agents: z.array(workspaceAgentSchema).optional(),
  metadata: z.array(z.object({ key: z.string(), value: z.string(), sensitive: z.boolean() })).optional(),
  daily_cost: z.int(),
});
export type WorkspaceResource = z.infer<typeof workspaceResourceSchema>;

export const workspaceBuildSchema = z.object({
  id: uuid,
  created_at: time,
  updated_at: time,
  workspace_id: uuid,
  workspace_name: z.string(),
  workspace_owner_id: uuid,
  workspace_owner_name: z.string(),
  workspace_owner_avatar_url: z.string().optional(),
  template_version_id: uuid,
  template_version_name: z.string(),
  build_number: z.int(),
  transition: z.enum(transitions),
  initiator_id: uuid,
  initiator_name: z.string(),
  job: provisionerJobSchema,
  reason: z.string(),
  resources: z.array(workspaceResourceSchema),
  deadline: time.nullable(),
  max_deadline: time.nullable(),
  status: z.enum(workspaceStatuses),
  daily_cost: z.int(),
  template_version_preset_id: uuid.nullable(),
});
export type WorkspaceBuild = z.infer<typeof workspaceBuildSchema>;

export const workspaceSchema = z.object({
  id: uuid,
  created_at: time,
  updated_at: time,
  owner_id: uuid,
  owner_name: z.string(),
  owner_avatar_url: z.string(),
  organization_id: uuid,
  organization_name: z.string(),
  template_id: uuid,
  template_name: z.string(),
  template_display_name: z.string(),
  template_icon: z.string(),
  template_allow_user_cancel_workspace_jobs: z.boolean(),
  template_active_version_id: uuid,
  template_require_active_version: z.boolean(),
  latest_build: workspaceBuildSchema,
  latest_app_status: workspaceAppStatusSchema.nullable(),
  outdated: z.boolean(),
  name: z.string(),
  autostart_schedule: z.string().optional(),
  ttl_ms: z.int().optional(),
  last_used_at: time,
  deleting_at: time.nullable(),
  dormant_at: time.nullable(),
  health: z.object({ healthy: z.boolean(), failing_agents: z.array(uuid) }),
  automatic_updates: z.enum(['always', 'never']),
  allow_renames: z.boolean(),
  favorite: z.boolean(),
  next_start_at: time.nullable(),
  is_prebuild: z.boolean(),
  /** With whom it is shared; absent when with nobody. */
  shared_with: z.array(sharedActorSchema).optional(),
});
export type Workspace = z.infer<typeof workspaceSchema>;

export const workspacesResponseSchema = z.object({ workspaces: z.array(workspaceSchema), count: z.int() });

export const buildParameterSchema = z.strictObject({ name: z.string(), value: z.string().max(65_536) });
export type BuildParameter = z.infer<typeof buildParameterSchema>;

const MINUTE = 60_000;
export const ttlSchema = z
  .int()
  .min(MINUTE, 'must be at least one minute (60000)')
  .max(30 * 24 * 60 * MINUTE, 'must be at most 30 days (2592000000)')
  .or(z.literal(0));

export const createWorkspaceSchema = z.strictObject({
  template_id: uuid.optional(),
  template_version_id: uuid.optional(),
  name: nameSchema,
  autostart_schedule: z.string().max(256).nullish(),
  ttl_ms: ttlSchema.nullish(),
  rich_parameter_values: z.array(buildParameterSchema).max(256).optional(),
  automatic_updates: z.enum(['always', 'never']).optional(),
  template_version_preset_id: uuid.optional(),
});

export const createBuildSchema = z.strictObject({
  transition: z.enum(transitions),
  template_version_id: uuid.optional(),
  template_version_preset_id: uuid.optional(),
  rich_parameter_values: z.array(buildParameterSchema).max(256).optional(),
  state: z.string().optional(),
  orphan: z.boolean().optional(),
  dry_run: z.boolean().optional(),
  log_level: z.enum(['debug']).optional(),
  reason: z.enum(buildReasons).optional(),
});

/** The header that makes a repeated create answer with the first one's result instead of acting again. */
export const IDEMPOTENCY_KEY_HEADER = 'idempotency-key';
export const idempotencyKeySchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII');

/** cpu in cores, memory and disk in bytes; a limit of null means none is set. */
export const usageSampleSchema = z.object({
  at: time,
  cpu_cores: z.number(),
  memory_bytes: z.number(),
  disk_bytes: z.number(),
  processes: z.int(),
});
export const usageVerdicts = ['normal', 'underused', 'overloaded', 'unknown'] as const;
export const workspaceMetricsSchema = z.object({
  workspace_id: uuid,
  workspace_name: z.string(),
  owner_name: z.string(),
  status: z.enum(workspaceStatuses),
  limits: z.object({
    cpu_cores: z.number().nullable(),
    memory_bytes: z.number().nullable(),
    disk_bytes: z.number().nullable(),
  }),
  now: usageSampleSchema.nullable(),
  /** Over the last hour, of the samples there are. */
  hour: z
    .object({
      samples: z.int(),
      cpu_cores_average: z.number(),
      cpu_cores_max: z.number(),
      memory_bytes_average: z.number(),
      memory_bytes_max: z.number(),
      disk_bytes_max: z.number(),
    })
    .nullable(),
  verdict: z.enum(usageVerdicts),
  /** Why the verdict is what it is, in one sentence. */
  reason: z.string(),
});
export type WorkspaceMetrics = z.infer<typeof workspaceMetricsSchema>;

export const readinessStates = [
  'ready',
  'pending',
  'stopped',
  'stopping',
  'deleting',
  'deleted',
  'build_failed',
  'build_canceled',
  'start_error',
  'start_timeout',
  'disconnected',
  'connection_timeout',
  'unavailable',
] as const;

/** Whether a workspace can be worked in, and why not. Upstream's shape of `coder_workspace_readiness`. */
export const workspaceReadinessSchema = z.object({
  workspace_id: uuid,
  build_id: uuid,
  build_status: z.string(),
  build_transition: z.enum(transitions),
  build_error: z.string().optional(),
  agent_id: uuid.optional(),
  agent_name: z.string().optional(),
  connection_status: z.string().optional(),
  lifecycle_state: z.string().optional(),
  state: z.enum(readinessStates),
  reason: z.string(),
  ready: z.boolean(),
  /** The wait ended before the state was final; ask again. */
  wait_expired: z.boolean(),
});
export type WorkspaceReadiness = z.infer<typeof workspaceReadinessSchema>;
