import * as z from 'zod';
import { nameSchema, time, uuid } from './common.ts';
import { formTypes, parameterTypes } from './manifest.ts';
import { buildParameterSchema } from './workspaces.ts';

export const templateExampleSchema = z.object({
  id: z.string(),
  url: z.string(),
  name: z.string(),
  description: z.string(),
  icon: z.string(),
  tags: z.array(z.string()),
  markdown: z.string(),
});
export type TemplateExample = z.infer<typeof templateExampleSchema>;

/** A variable that a version is imported with. A `template.yaml` has none. */
export const templateVersionVariableSchema = z.object({
  name: z.string(),
  description: z.string(),
  type: z.string(),
  value: z.string(),
  default_value: z.string(),
  required: z.boolean(),
  sensitive: z.boolean(),
});

/** A sign-in elsewhere that a version asks its users for. A `template.yaml` asks for none. */
export const templateVersionExternalAuthSchema = z.object({
  id: z.string(),
  type: z.string(),
  display_name: z.string(),
  display_icon: z.string(),
  authenticate_url: z.string(),
  authenticated: z.boolean(),
  optional: z.boolean(),
});

export const createDryRunSchema = z.strictObject({
  workspace_name: nameSchema.optional(),
  rich_parameter_values: z.array(buildParameterSchema).max(256).optional(),
  user_variable_values: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .max(256)
    .optional(),
});

export const matchedProvisionersSchema = z.object({
  count: z.int(),
  available: z.int(),
  most_recently_seen: time.nullable(),
});
export type MatchedProvisioners = z.infer<typeof matchedProvisionersSchema>;

/** A text that may be no valid value of its parameter. */
const checkedValue = z.object({ value: z.string(), valid: z.boolean() });

const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  summary: z.string(),
  detail: z.string(),
  extra: z.object({ code: z.string() }),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;

/** A parameter as a form shows it while it is filled in. */
export const previewParameterSchema = z.object({
  name: z.string(),
  display_name: z.string(),
  description: z.string(),
  type: z.enum(parameterTypes),
  form_type: z.enum(formTypes),
  styling: z.object({}),
  mutable: z.boolean(),
  default_value: checkedValue,
  icon: z.string(),
  options: z.array(
    z.object({ name: z.string(), description: z.string(), value: checkedValue, icon: z.string() }),
  ),
  validations: z.array(
    z.object({
      validation_error: z.string(),
      validation_regex: z.string().nullable(),
      validation_min: z.number().nullable(),
      validation_max: z.number().nullable(),
      validation_monotonic: z.enum(['increasing', 'decreasing']).nullable(),
    }),
  ),
  required: z.boolean(),
  order: z.int(),
  ephemeral: z.boolean(),
  value: checkedValue,
  diagnostics: z.array(diagnosticSchema),
});
export type PreviewParameter = z.infer<typeof previewParameterSchema>;

export const evaluateParametersSchema = z.strictObject({
  /** Comes back with the answer, so that a caller knows which question it answers. */
  id: z.int().default(0),
  inputs: z
    .record(z.string().max(64), z.string().max(65_536))
    .refine((inputs) => Object.keys(inputs).length <= 256, 'must have at most 256 entries')
    .default({}),
  owner_id: uuid.optional(),
});

export const evaluatedParametersSchema = z.object({
  id: z.int(),
  diagnostics: z.array(diagnosticSchema),
  parameters: z.array(previewParameterSchema),
});
export type EvaluatedParameters = z.infer<typeof evaluatedParametersSchema>;
