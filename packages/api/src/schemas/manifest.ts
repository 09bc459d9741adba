import * as z from 'zod';
import { NAME_PATTERN } from './common.ts';
import { duration, numberOrReference, size } from './manifest-values.ts';

/** The file at the root of a template's archive that describes it. */
export const MANIFEST_FILE = 'template.yaml';
/** Where this schema is published for editors, relative to the project's root. */
export const MANIFEST_SCHEMA_FILE = 'docs/reference/template.schema.json';

export const parameterTypes = ['string', 'number', 'bool', 'list(string)'] as const;
export type ParameterType = (typeof parameterTypes)[number];
export const formTypes = [
  'input',
  'textarea',
  'radio',
  'dropdown',
  'slider',
  'checkbox',
  'switch',
  'multi-select',
  'tag-select',
] as const;
export const displayApps = [
  'vscode',
  'vscode_insiders',
  'web_terminal',
  'port_forwarding_helper',
  'ssh_helper',
] as const;
export const sharingLevels = ['owner', 'authenticated', 'organization', 'public'] as const;
export type SharingLevel = (typeof sharingLevels)[number];
/** How far something is shared, as a number to compare: the organization is smaller than all who are signed in. */
export const reachOfSharing = (level: SharingLevel): number =>
  (['owner', 'organization', 'authenticated', 'public'] as const).indexOf(level);

const label = z.string().max(128, 'must be at most 128 characters long');
const description = z.string().max(1024, 'must be at most 1024 characters long');
const icon = z.string().max(2048, 'must be at most 2048 characters long');
/** Run by the shell as it is: no reference is replaced in it, because no quoting is right everywhere in a script. */
const script = z.string().min(1, 'must not be empty').max(65_536, 'must be at most 64 KiB long');
const list = <T extends z.ZodType>(item: T, max: number) =>
  z.array(item).max(max, `must have at most ${max} entries`);

/** What a parameter's value may be written as in YAML; the server keeps it as text. */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: 'must be a text, a number, true, false or a list of texts',
});

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and "_", not beginning with a digit')
  .regex(/^(?!CODER_)/, 'must not begin with CODER_: those names belong to the platform');
const environment = z.record(
  environmentName,
  z.string({ error: 'must be text: put it in quotes' }).regex(/^[^\0]*$/, 'must have no NUL'),
);

export const manifestParameterSchema = z.strictObject({
  name: z
    .string()
    .max(64, 'must be at most 64 characters long')
    .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'must be letters, digits, "_" and "-", beginning with a letter'),
  display_name: label.optional(),
  description: description.optional(),
  icon: icon.optional(),
  type: z.enum(parameterTypes).default('string'),
  form_type: z.enum(formTypes).optional(),
  /** Without a default the parameter is required. */
  default: scalar.optional(),
  required: z.boolean().optional(),
  /** Whether it may change after the workspace has been created. */
  mutable: z.boolean().default(false),
  /** Holds for one build and is not carried over to the next. */
  ephemeral: z.boolean().default(false),
  options: list(
    z.strictObject({
      name: label.min(1, 'must not be empty'),
      value: scalar,
      description: description.optional(),
      icon: icon.optional(),
    }),
    64,
  ).optional(),
  validation: z
    .strictObject({
      /** RE2 syntax: no backreferences, no lookaround. */
      regex: z.string().min(1, 'must not be empty').max(1024).optional(),
      /** Shown instead of ours; `{value}`, `{min}` and `{max}` are replaced. */
      error: z.string().max(512).optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      monotonic: z.enum(['increasing', 'decreasing']).optional(),
    })
    .optional(),
});

export const manifestPresetSchema = z.strictObject({
  name: label.min(1, 'must not be empty'),
  description: description.optional(),
  icon: icon.optional(),
  default: z.boolean().default(false),
  parameters: z.record(z.string(), scalar),
});

/** Between what the numeric resources of a runtime may be. */
export const resourceBounds = {
  cpus: { min: 0.05, max: 1024, whole: false },
  processes: { min: 8, max: 1_000_000, whole: true },
} as const;

const localRuntime = z.strictObject({
  /** Cores; a fraction is allowed. */
  cpus: numberOrReference(
    z.number().min(resourceBounds.cpus.min).max(resourceBounds.cpus.max),
    'must be a number of cores from 0.05 to 1024',
  ).optional(),
  memory: size.optional(),
  disk: size.optional(),
  processes: numberOrReference(
    z.number().int().min(resourceBounds.processes.min).max(resourceBounds.processes.max),
    'must be a whole number from 8 to 1000000',
  ).optional(),
  env: environment.optional(),
});

const metadata = z.strictObject({
  key: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, "_" and "-"'),
  display_name: label.optional(),
  script,
  interval: duration('1s', '1d').default('10s'),
  timeout: duration('1s', '10m').default('5s'),
});

const agent = z.strictObject({
  name: z
    .string()
    .max(32, 'must be at most 32 characters long')
    .regex(NAME_PATTERN, 'must be letters, digits and single hyphens')
    .default('main'),
  /** Where commands start; `~` is the home directory, which is the default. */
  directory: z
    .string()
    .max(1024)
    .regex(/^[^\0\n]*$/, 'must have no NUL and no line break')
    .optional(),
  env: environment.optional(),
  startup_script: script.optional(),
  /** Commands wait for the end of the startup script unless this is false. */
  startup_script_blocks: z.boolean().default(true),
  startup_timeout: duration('1s', '1d').default('10m'),
  shutdown_script: script.optional(),
  shutdown_timeout: duration('1s', '1h').default('1m'),
  metadata: list(metadata, 32).optional(),
  display_apps: list(z.enum(displayApps), displayApps.length).default([
    'web_terminal',
    'port_forwarding_helper',
    'ssh_helper',
  ]),
  /** Until an agent that does not connect is reported as such. */
  connection_timeout: duration('10s', '1h').default('2m'),
  troubleshooting_url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
});

export const manifestAppSchema = z.strictObject({
  slug: z
    .string()
    .max(64, 'must be at most 64 characters long')
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens'),
  display_name: label.optional(),
  icon: icon.optional(),
  /** What the app answers at inside the workspace, or with `external` where the browser goes. Exactly one of `url` and `command`. */
  url: z.string().max(2048).optional(),
  /** Opened in a terminal. */
  command: script.optional(),
  external: z.boolean().default(false),
  subdomain: z.boolean().default(false),
  share: z.enum(sharingLevels).default('owner'),
  group: label.optional(),
  hidden: z.boolean().default(false),
  open_in: z.enum(['slim-window', 'tab']).default('slim-window'),
  healthcheck: z
    .strictObject({
      url: z.string().max(2048),
      interval: duration('1s', '1h').default('5s'),
      threshold: z.int().min(1).max(100).default(3),
    })
    .optional(),
});

const schedule = z.strictObject({
  /** A workspace stops so long after its start; 0 means never. */
  default_ttl: duration('0', '30d').optional(),
  /** Activity puts the stop off by so much. */
  activity_bump: duration('0', '1d').optional(),
  /** A failed start is cleaned up after so long; 0 means never. */
  failure_ttl: duration('0', '30d').optional(),
});

/** template.yaml: what a template of the built-in provisioners is. */
export const templateManifestSchema = z.strictObject({
  /** The name the template gets when it is published without one. */
  name: z
    .string()
    .min(1, 'must not be empty')
    .max(32, 'must be at most 32 characters long')
    .regex(NAME_PATTERN, 'must be letters, digits and single hyphens'),
  display_name: label.optional(),
  description: description.optional(),
  icon: icon.optional(),
  /** The file of the archive that explains the template. */
  readme: z.string().max(256).default('README.md'),
  parameters: list(manifestParameterSchema, 128).default([]),
  presets: list(manifestPresetSchema, 64).default([]),
  runtime: z.strictObject({ local: localRuntime }),
  agent: agent.prefault({}),
  apps: list(manifestAppSchema, 64).default([]),
  schedule: schedule.prefault({}),
  /** Credits that a running workspace costs a day, of the budget that its owner's groups give. */
  daily_cost: z.int('must be a whole number').min(0, 'must not be negative').max(1_000_000).optional(),
  /** For tasks: the command line of the AI agent. */
  task: z.strictObject({ command: script }).optional(),
});

/** A manifest as it is written, with its defaults filled in. */
export type ManifestSource = z.output<typeof templateManifestSchema>;
type ParameterSource = ManifestSource['parameters'][number];
type OptionSource = NonNullable<ParameterSource['options']>[number];

/** A parameter of a checked manifest: every value is text, as it is in a build. */
export type ManifestParameter = Omit<ParameterSource, 'default' | 'options' | 'form_type' | 'required'> & {
  default?: string;
  required: boolean;
  form_type: (typeof formTypes)[number];
  options: (Omit<OptionSource, 'value'> & { value: string })[];
};
export type ManifestPreset = Omit<ManifestSource['presets'][number], 'parameters'> & {
  parameters: Record<string, string>;
};
/** A checked manifest: the server makes it from a {@link ManifestSource} in which it found nothing wrong. */
export type TemplateManifest = Omit<ManifestSource, 'parameters' | 'presets'> & {
  parameters: ManifestParameter[];
  presets: ManifestPreset[];
};
