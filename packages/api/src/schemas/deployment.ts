import * as z from 'zod';
import { time, uuid } from './common.ts';

export const buildInfoSchema = z.object({
  external_url: z.string(),
  version: z.string(),
  dashboard_url: z.string(),
  telemetry: z.boolean(),
  workspace_proxy: z.boolean(),
  agent_api_version: z.string(),
  provisioner_api_version: z.string(),
  upgrade_message: z.string(),
  deployment_id: z.string(),
});
export type BuildInfo = z.infer<typeof buildInfoSchema>;

export const auditLogSchema = z.object({
  id: uuid,
  request_id: z.string(),
  time,
  ip: z.string(),
  user_agent: z.string(),
  resource_type: z.string(),
  resource_id: z.string(),
  resource_target: z.string(),
  resource_icon: z.string(),
  action: z.string(),
  diff: z.record(z.string(), z.object({ old: z.unknown(), new: z.unknown(), secret: z.boolean() })),
  status_code: z.int(),
  description: z.string(),
  resource_link: z.string(),
  is_deleted: z.boolean(),
  user: z.object({ id: uuid, username: z.string(), email: z.string() }).optional(),
  additional_fields: z.record(z.string(), z.unknown()),
});
export type AuditLog = z.infer<typeof auditLogSchema>;
