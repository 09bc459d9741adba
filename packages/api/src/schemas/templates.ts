import * as z from 'zod';
import { nameSchema, paging, queryBoolean, time, uuid } from './common.ts';
import { provisionerJobSchema } from './jobs.ts';
import { sharingLevels } from './manifest.ts';

export const parameterOptionSchema = z.object({
  name: z.string(),
  description: z.string(),
  value: z.string(),
  icon: z.string(),
});

export const templateVersionParameterSchema = z.object({
  name: z.string(),
  display_name: z.string().optional(),
  description: z.string(),
  description_plaintext: z.string(),
  type: z.enum(['string', 'number', 'bool', 'list(string)']),
  form_type: z.string(),
  mutable: z.boolean(),
  default_value: z.string(),
  icon: z.string(),
  options: z.array(parameterOptionSchema),
  validation_error: z.string().optional(),
  validation_regex: z.string().optional(),
  validation_min: z.number().optional(),
  validation_max: z.number().optional(),
  validation_monotonic: z.enum(['increasing', 'decreasing']).optional(),
  required: z.boolean(),
  ephemeral: z.boolean(),
});
export type TemplateVersionParameter = z.infer<typeof templateVersionParameterSchema>;

/** Upstream's preset shape has no JSON tags, hence its capital letters. */
export const presetSchema = z.object({
  ID: uuid,
  Name: z.string(),
  Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })),
  Default: z.boolean(),
  DesiredPrebuildInstances: z.int().nullable(),
  Description: z.string(),
  Icon: z.string(),
});
export type Preset = z.infer<typeof presetSchema>;

const minimalUser = z.object({ id: uuid, username: z.string(), avatar_url: z.string() });

export const templateSchema = z.object({
  id: uuid,
  created_at: time,
  updated_at: time,
  organization_id: uuid,
  organization_name: z.string(),
  organization_display_name: z.string(),
  organization_icon: z.string(),
  name: z.string(),
  display_name: z.string(),
  provisioner: z.string(),
  active_version_id: uuid,
  active_user_count: z.int(),
  build_time_stats: z.record(
    z.string(),
    z.object({ P50: z.number().nullable(), P95: z.number().nullable() }),
  ),
  description: z.string(),
  abstract: z.string(),
  deprecated: z.boolean(),
  deprecation_message: z.string(),
  icon: z.string(),
  default_ttl_ms: z.int(),
  activity_bump_ms: z.int(),
  autostop_requirement: z.object({ days_of_week: z.array(z.string()), weeks: z.int() }),
  autostart_requirement: z.object({ days_of_week: z.array(z.string()) }),
  created_by_id: uuid,
  created_by_name: z.string(),
  allow_user_autostart: z.boolean(),
  allow_user_autostop: z.boolean(),
  allow_user_cancel_workspace_jobs: z.boolean(),
  failure_ttl_ms: z.int(),
  time_til_dormant_ms: z.int(),
  time_til_dormant_autodelete_ms: z.int(),
  require_active_version: z.boolean(),
  max_port_share_level: z.enum(sharingLevels),
  cors_behavior: z.string(),
  use_classic_parameter_flow: z.boolean(),
});
export type Template = z.infer<typeof templateSchema>;

const DAY = 24 * 60 * 60_000;
/** Milliseconds. No time that they are added to leaves the range of dates. */
const upTo = (days: number) =>
  z
    .int()
    .min(0)
    .max(days * DAY, `must be at most ${days} days (${days * DAY})`);

const templateSettings = {
  display_name: z.string().max(128).optional(),
  description: z.string().max(1024).optional(),
  icon: z.string().max(2048).optional(),
  default_ttl_ms: upTo(30).optional(),
  activity_bump_ms: upTo(30).optional(),
  failure_ttl_ms: upTo(3_650).optional(),
  time_til_dormant_ms: upTo(3_650).optional(),
  time_til_dormant_autodelete_ms: upTo(3_650).optional(),
  allow_user_autostart: z.boolean().optional(),
  allow_user_autostop: z.boolean().optional(),
  allow_user_cancel_workspace_jobs: z.boolean().optional(),
  require_active_version: z.boolean().optional(),
  /** How far users may share ports of their workspaces. */
  max_port_share_level: z.enum(sharingLevels).optional(),
};
export const createTemplateSchema = z.strictObject({
  name: nameSchema,
  template_version_id: uuid,
  ...templateSettings,
});
export const updateTemplateSchema = z.strictObject({
  name: nameSchema.optional(),
  deprecation_message: z.string().max(1024).optional(),
  ...templateSettings,
});

export const templateVersionSchema = z.object({
  id: uuid,
  template_id: uuid.optional(),
  organization_id: uuid,
  created_at: time,
  updated_at: time,
  name: z.string(),
  message: z.string(),
  job: provisionerJobSchema,
  readme: z.string(),
  created_by: minimalUser,
  archived: z.boolean(),
  warnings: z.array(z.string()).optional(),
});
export type TemplateVersion = z.infer<typeof templateVersionSchema>;

export const createTemplateVersionSchema = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be letters, digits, "_", "-" or "."')
    .optional(),
  message: z.string().max(1024).optional(),
  template_id: uuid.optional(),
  storage_method: z.literal('file').optional(),
  file_id: uuid.optional(),
  example_id: z.string().optional(),
  provisioner: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  user_variable_values: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});

export const templateListQuery = {
  q: z.string().max(1024).optional(),
  deprecated: queryBoolean.optional(),
  ...paging,
};

/** The answer to an upload: `hash` is, by upstream's quirk, the id of the file. */
export const uploadResponseSchema = z.object({ hash: uuid });
