import * as z from 'zod';
import { time, uuid } from './common.ts';

/** One option of the server with its value; a secret's is left out. */
export const serverOptionSchema = z.object({
  name: z.string(),
  description: z.string(),
  flag: z.string(),
  flag_shorthand: z.string(),
  env: z.string(),
  yaml: z.string(),
  default: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  /** Where it was given: a flag, a variable, a place in a file; empty for the default. */
  value_source: z.string(),
  hidden: z.boolean(),
  group: z.object({ name: z.string() }),
  annotations: z.object({ secret: z.enum(['true', 'false']) }),
});
export type ServerOption = z.infer<typeof serverOptionSchema>;

export const deploymentConfigSchema = z.object({
  /** The values by the names of their variables without `CODER_`, in lower case: `access_url`. */
  config: z.record(z.string(), serverOptionSchema.shape.value),
  options: z.array(serverOptionSchema),
});

/**
 * What goes on in the deployment. Upstream's shape; what is not measured here is null: how fast connections are, how much goes
 * over them, and by which programs.
 */
export const deploymentStatsSchema = z.object({
  aggregated_from: time,
  collected_at: time,
  next_update_at: time,
  workspaces: z.object({
    pending: z.int(),
    building: z.int(),
    running: z.int(),
    failed: z.int(),
    stopped: z.int(),
    connection_latency_ms: z.null(),
    rx_bytes: z.null(),
    tx_bytes: z.null(),
  }),
  session_count: z.null(),
});
export type DeploymentStats = z.infer<typeof deploymentStatsSchema>;

/** What a command line needs to write a configuration for SSH. */
export const sshConfigSchema = z.object({
  hostname_prefix: z.string(),
  hostname_suffix: z.string(),
  ssh_config_options: z.record(z.string(), z.string()),
});

/** Whether there is a newer version. Nothing is asked of the internet, so the server knows of no version but its own. */
export const updateCheckSchema = z.object({ current: z.boolean(), version: z.string(), url: z.string() });

export const regionSchema = z.object({
  id: uuid,
  name: z.string(),
  display_name: z.string(),
  icon_url: z.string(),
  healthy: z.boolean(),
  path_app_url: z.string(),
  wildcard_hostname: z.string(),
});

/** Upstream's shape for what a licence unlocks. */
export const entitlementsSchema = z.object({
  features: z.record(
    z.string(),
    z.object({ entitlement: z.enum(['entitled', 'grace_period', 'not_entitled']), enabled: z.boolean() }),
  ),
  warnings: z.array(z.string()),
  errors: z.array(z.string()),
  has_license: z.boolean(),
  trial: z.boolean(),
  require_telemetry: z.boolean(),
  refreshed_at: time,
});
export type Entitlements = z.infer<typeof entitlementsSchema>;

const MAX_CHECKS = 256;

/** Upstream's names; `resource_id` asks about one thing, which then says by itself whose it is. */
export const authorizationObjectSchema = z.strictObject({
  resource_type: z.string().min(1).max(64),
  owner_id: z.string().max(64).optional(),
  organization_id: z.string().max(64).optional(),
  resource_id: z.string().max(64).optional(),
  any_org: z.boolean().optional(),
});
export type AuthorizationObject = z.infer<typeof authorizationObjectSchema>;

export const authorizationChecksSchema = z.strictObject({
  checks: z
    .record(
      z.string().max(128),
      z.strictObject({ object: authorizationObjectSchema, action: z.string().min(1).max(64) }),
    )
    .refine((checks) => Object.keys(checks).length <= MAX_CHECKS, `must have at most ${MAX_CHECKS} entries`),
});
