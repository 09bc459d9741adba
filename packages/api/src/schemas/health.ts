import * as z from 'zod';
import { time } from './common.ts';
import { provisionerDaemonSchema } from './provisioners.ts';

/** The parts of a health report that can be looked at here, and so be dismissed; upstream's names. */
export const healthSections = ['AccessURL', 'Database', 'ProvisionerDaemons'] as const;
export type HealthSection = (typeof healthSections)[number];

const severity = z.enum(['ok', 'warning', 'error']);

/** What every part of a report has. */
const partOfHealth = z.object({
  healthy: z.boolean(),
  severity,
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Somebody has said that it is known: it does not count towards the whole. */
  dismissed: z.boolean(),
  error: z.string().nullable(),
});
export type PartOfHealth = z.infer<typeof partOfHealth>;

/** Upstream's report. Networks and proxies of its own a deployment does not have, so their parts are null. */
export const healthReportSchema = z.object({
  time,
  healthy: z.boolean(),
  severity,
  access_url: partOfHealth.extend({
    access_url: z.string(),
    reachable: z.boolean(),
    status_code: z.int(),
    healthz_response: z.string(),
  }),
  database: partOfHealth.extend({
    reachable: z.boolean(),
    latency: z.string(),
    latency_ms: z.number(),
    threshold_ms: z.number(),
  }),
  provisioner_daemons: partOfHealth.extend({
    items: z.array(z.object({ provisioner_daemon: provisionerDaemonSchema, warnings: z.array(z.string()) })),
  }),
  derp: z.null(),
  websocket: z.null(),
  workspace_proxy: z.null(),
  coder_version: z.string(),
});
export type HealthReport = z.infer<typeof healthReportSchema>;

export const healthSettingsSchema = z.strictObject({
  dismissed_healthchecks: z.array(z.enum(healthSections)).max(16),
});
