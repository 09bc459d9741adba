import {
  type ApiClient,
  allPages,
  type Preset,
  type Template,
  type TemplateVersionParameter,
} from '@coder/api';
import * as z from 'zod';
import { presentTemplate } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { dailyReading, defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { detailArgument } from '../workspace/arguments.ts';
import { findTemplate } from '../workspace/find-template.ts';

const permissions = ['template:read'] as const;

export const listTemplates = defineTool({
  name: 'coder_list_templates',
  title: 'List templates',
  description: 'Templates that workspaces can be created from.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    organization_id: z.string().min(1).optional().describe('Name or id; default all of yours'),
    detail: detailArgument,
  }),
  aliases: { organization: 'organization_id' },
  handler: async (client, { organization_id: organization, detail }) => {
    const templates = await allPages((page) =>
      organization === undefined
        ? client.templates.list(page)
        : client.templates.listInOrganization({ organization, ...page }),
    );
    if (detail === 'full') return jsonResult(templates);
    // Where there is but one organization its name says nothing.
    const several = new Set(templates.map((one) => one.organization_id)).size > 1;
    return jsonResult(
      templates.map((one) => ({
        ...presentTemplate(one),
        ...(several ? { organization: one.organization_name } : {}),
      })),
    );
  },
});

export const getTemplate = defineTool({
  name: 'coder_get_template',
  title: 'Get a template',
  description: 'A template with the parameters and presets of its active version.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({ template_id: z.string().min(1).describe('Name or id'), detail: detailArgument }),
  aliases: { template: 'template_id' },
  handler: async (client, args) => {
    const template = await findTemplate(client, args.template_id);
    const version = template.active_version_id;
    const [parameters, presets] = await Promise.all([
      client.templateVersions.parameters({ version }),
      client.templateVersions.presets({ version }),
    ]);
    const full = args.detail === 'full';
    return jsonResult({
      ...(full ? template : presentTemplate(template, true)),
      parameters: full ? parameters : parameters.map(presentParameter),
      ...(presets.length === 0 ? {} : { presets: presets.map(presentPreset) }),
    });
  },
});

export const templateVersionParameters = defineTool({
  name: 'coder_template_version_parameters',
  title: 'List template parameters',
  description: 'Parameters of a template version (or, with template_id, of the active one).',
  toolsets: readingToolsets,
  permissions,
  annotations: reads,
  input: z.strictObject({
    template_version_id: z.uuid('must be a valid UUID').optional(),
    template_id: z.string().min(1).optional().describe('Name or id'),
    detail: detailArgument,
  }),
  aliases: { template: 'template_id' },
  handler: async (client, args) => {
    const version = args.template_version_id ?? (await activeVersion(client, args.template_id));
    const parameters = await client.templateVersions.parameters({ version });
    return jsonResult(args.detail === 'full' ? parameters : parameters.map(presentParameter));
  },
});

async function activeVersion(client: ApiClient, template: string | undefined): Promise<string> {
  if (template === undefined) throw new ToolError('Give template_version_id or template_id.');
  const found: Template = await findTemplate(client, template);
  return found.active_version_id;
}

/** A parameter without what is empty or can be seen from the rest. */
function presentParameter(parameter: TemplateVersionParameter): Record<string, unknown> {
  const { validation_regex, validation_min, validation_max, validation_monotonic } = parameter;
  return {
    name: parameter.name,
    ...(parameter.description_plaintext === '' ? {} : { description: parameter.description_plaintext }),
    type: parameter.type,
    required: parameter.required,
    ...(parameter.required ? {} : { default_value: parameter.default_value }),
    ...(parameter.mutable ? {} : { mutable: false }),
    ...(parameter.ephemeral ? { ephemeral: true } : {}),
    ...(parameter.options.length === 0
      ? {}
      : {
          options: parameter.options.map((option) =>
            option.name === option.value
              ? { value: option.value }
              : { name: option.name, value: option.value },
          ),
        }),
    ...(validation_regex ? { validation_regex } : {}),
    ...(validation_min === undefined ? {} : { validation_min }),
    ...(validation_max === undefined ? {} : { validation_max }),
    ...(validation_monotonic === undefined ? {} : { validation_monotonic }),
  };
}

const presentPreset = (preset: Preset): Record<string, unknown> => ({
  id: preset.ID,
  name: preset.Name,
  ...(preset.Description === '' ? {} : { description: preset.Description }),
  default: preset.Default,
  ...(preset.DesiredPrebuildInstances === null
    ? {}
    : { desired_prebuild_instances: preset.DesiredPrebuildInstances }),
  parameters: preset.Parameters.map(({ Name, Value }) => ({ name: Name, value: Value })),
});
