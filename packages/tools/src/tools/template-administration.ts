import * as z from 'zod';
import { presentTemplate } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { actingToolsets, adds, defineTool, destroys } from '../tool-parts.ts';
import { detailArgument } from '../workspace/arguments.ts';
import { organizationArgument } from '../workspace/find-organization.ts';
import { findTemplate, findVersion } from '../workspace/find-template.ts';

const templateArgument = z.string().min(1).describe('Name or id');

export const createTemplate = defineTool({
  name: 'coder_create_template',
  title: 'Create a template',
  description: 'Publish an imported version as a new template.',
  toolsets: actingToolsets,
  permissions: ['template:create', 'template:read'],
  annotations: adds,
  input: z.strictObject({
    name: z.string().min(1),
    version_id: z.uuid('must be the id of a version from coder_create_template_version'),
    display_name: z.string().optional(),
    description: z.string().optional(),
    icon: z.string().optional(),
    organization_id: organizationArgument,
    detail: detailArgument,
  }),
  aliases: { template_version_id: 'version_id', organization: 'organization_id' },
  handler: async (client, args) => {
    const { name, version_id, organization_id, detail, ...settings } = args;
    // A version is of one organization already, and there its template must be.
    const organization =
      organization_id ?? (await client.templateVersions.get({ version: version_id })).organization_id;
    const made = await client.templates.create({
      organization,
      name,
      template_version_id: version_id,
      ...settings,
    });
    return jsonResult(detail === 'full' ? made : presentTemplate(made));
  },
});

export const updateTemplateActiveVersion = defineTool({
  name: 'coder_update_template_active_version',
  title: 'Publish a template version',
  description: 'Make a version the one that new workspaces are created from.',
  toolsets: actingToolsets,
  permissions: ['template:read', 'template:update'],
  annotations: { ...adds, idempotentHint: true },
  input: z.strictObject({
    template_id: templateArgument,
    template_version_id: z.string().min(1).describe('Name or id'),
  }),
  aliases: { template: 'template_id', version: 'template_version_id', version_id: 'template_version_id' },
  handler: async (client, args) => {
    const { id, name, active_version_id: activeVersionId } = await findTemplate(client, args.template_id);
    const version = await findVersion(client, { id, name, activeVersionId }, args.template_version_id);
    await client.templates.activateVersion({ template: id, id: version });
    return jsonResult('Successfully updated active version!');
  },
});

export const deleteTemplate = defineTool({
  name: 'coder_delete_template',
  title: 'Delete a template',
  description: 'Delete a template that has no workspaces.',
  toolsets: actingToolsets,
  permissions: ['template:read', 'template:delete'],
  annotations: destroys,
  input: z.strictObject({ template_id: templateArgument }),
  aliases: { template: 'template_id' },
  handler: async (client, args) => {
    const { id } = await findTemplate(client, args.template_id);
    await client.templates.delete({ template: id });
    return jsonResult({ message: 'Template deleted successfully.' });
  },
});
