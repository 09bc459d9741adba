import * as z from 'zod';

/** The states of upstream's agent lifecycle. */
export const AgentLifecycle = z.enum([
  'created',
  'starting',
  'start_timeout',
  'start_error',
  'ready',
  'shutting_down',
  'shutdown_timeout',
  'shutdown_error',
  'off',
]);
export type AgentLifecycle = z.infer<typeof AgentLifecycle>;

export const AppHealth = z.enum(['disabled', 'initializing', 'healthy', 'unhealthy']);
export type AppHealth = z.infer<typeof AppHealth>;

const name = z.string().min(1).max(256);
/** An environment: names without `=` or NUL, values without NUL. */
export const Environment = z.record(
  z.string().regex(/^[^=\0]+$/, 'must have no = and no NUL'),
  z.string().regex(/^[^\0]*$/, 'must have no NUL'),
);

export const ManifestScript = z.strictObject({
  id: name,
  display_name: z.string().max(256),
  /** Its lines arrive as log events with this source id. */
  log_source_id: name,
  script: z.string(),
  run_on_start: z.boolean(),
  run_on_stop: z.boolean(),
  /** While it runs the agent is `starting`; otherwise `ready` does not wait for it. */
  start_blocks_login: z.boolean(),
  /** 0 means no limit. */
  timeout_seconds: z.int().min(0),
});
export type ManifestScript = z.infer<typeof ManifestScript>;

export const ManifestMetadata = z.strictObject({
  key: name,
  display_name: z.string().max(256),
  script: z.string(),
  interval_seconds: z.int().min(1),
  timeout_seconds: z.int().min(1),
});
export type ManifestMetadata = z.infer<typeof ManifestMetadata>;

export const ManifestApp = z.strictObject({
  id: name,
  slug: name,
  healthcheck: z
    .strictObject({
      /** Polled from inside the workspace; any answer below 500 is healthy. */
      url: z.url({ protocol: /^https?$/ }),
      interval_seconds: z.int().min(1),
      /** So many failures in a row make it unhealthy. */
      threshold: z.int().min(1),
    })
    .optional(),
});
export type ManifestApp = z.infer<typeof ManifestApp>;

/** What the agent has to run, given by the control plane at each connect; the same build again changes nothing. */
export const Manifest = z.strictObject({
  build_id: name,
  workspace_id: name,
  workspace_name: name,
  owner_name: name,
  agent_id: name,
  agent_name: name,
  /** Where commands start; `~`, `$HOME` and a path relative to the home are understood. Empty: the home directory. */
  directory: z.string().max(4096).default(''),
  env: Environment.default({}),
  scripts: z.array(ManifestScript).max(100).default([]),
  metadata: z.array(ManifestMetadata).max(100).default([]),
  apps: z.array(ManifestApp).max(100).default([]),
});
export type Manifest = z.infer<typeof Manifest>;
export type ManifestInput = z.input<typeof Manifest>;

export const AgentInfo = z.object({
  version: z.string(),
  /** New for each run of the agent program; sequence numbers and processes belong to one. */
  boot_id: z.string(),
  started_at: z.string(),
  pid: z.int(),
  /** null until a manifest has been applied. */
  build_id: z.string().nullable(),
  lifecycle: AgentLifecycle,
  /** The directory of the manifest, absolute and with `~` resolved; the home directory before a manifest. */
  directory: z.string(),
  home: z.string(),
  operating_system: z.string(),
  architecture: z.string(),
  hostname: z.string(),
  /** The newest event's sequence number; 0 when there is none. */
  last_seq: z.int(),
});
export type AgentInfo = z.infer<typeof AgentInfo>;

export const ManifestApplied = z.object({
  /** False when this build had been applied before. */
  applied: z.boolean(),
  agent: AgentInfo,
});
export type ManifestApplied = z.infer<typeof ManifestApplied>;

export const Shutdown = z.strictObject({
  /** Shown in the log. */
  reason: z.string().max(1000).optional(),
  /** How long processes have between TERM and KILL. */
  grace_ms: z.int().min(0).max(600_000).default(5_000),
});
export type ShutdownInput = z.input<typeof Shutdown>;

export const ShutdownAccepted = z.object({ lifecycle: AgentLifecycle });
export type ShutdownAccepted = z.infer<typeof ShutdownAccepted>;
