import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, paging, queryBoolean, responseMessage, uuid } from '../schemas/common.ts';
import { logQuery, provisionerLogSchema } from '../schemas/jobs.ts';
import {
  createTemplateSchema,
  createTemplateVersionSchema,
  presetSchema,
  templateListQuery,
  templateSchema,
  templateVersionParameterSchema,
  templateVersionSchema,
  updateTemplateSchema,
} from '../schemas/templates.ts';

const tags = ['Templates'];
const template = z.object({ template: uuid });
const version = z.object({ version: uuid });
/** What has the server delete workspaces by itself, or do so sooner. */
const deletes = {
  class: 'delete',
  above0: ['time_til_dormant_ms', 'time_til_dormant_autodelete_ms'],
} as const;
const inOrganization = z.object({ organization: organizationRef });

export const templateRoutes = {
  list: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templates', tags, summary: 'Templates of all organizations you can see' })
    .input(z.object(templateListQuery))
    .output(z.array(templateSchema)),
  listInOrganization: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/templates',
      tags,
      summary: 'Templates of one organization',
    })
    .input(inOrganization.extend(templateListQuery))
    .output(z.array(templateSchema)),
  create: route
    .meta({
      permission: 'template:create',
      audit: { action: 'create', resource: 'template' },
      approval: { classes: ['templates'], also: deletes, target: 'organization' },
    })
    .route({
      method: 'POST',
      path: '/organizations/{organization}/templates',
      tags,
      successStatus: 201,
      summary: 'Create a template from a version',
    })
    .input(createTemplateSchema.extend({ organization: organizationRef }))
    .output(templateSchema),
  getByName: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/templates/{name}',
      tags,
      summary: 'One template, by name',
    })
    .input(inOrganization.extend({ name: z.string().min(1).max(64) }))
    .output(templateSchema),
  get: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templates/{template}', tags, summary: 'One template' })
    .input(template)
    .output(templateSchema),
  update: route
    .meta({
      permission: 'template:update',
      audit: { action: 'write', resource: 'template' },
      approval: { classes: ['templates'], also: deletes, target: 'template' },
    })
    .route({ method: 'PATCH', path: '/templates/{template}', tags, summary: "Change a template's settings" })
    .input(updateTemplateSchema.extend({ template: uuid }))
    .output(templateSchema),
  delete: route
    .meta({
      permission: 'template:delete',
      audit: { action: 'delete', resource: 'template' },
      approval: { classes: ['delete', 'templates'], target: 'template' },
    })
    .route({
      method: 'DELETE',
      path: '/templates/{template}',
      tags,
      summary: 'Delete a template without workspaces',
    })
    .input(template)
    .output(responseMessage),
  versions: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templates/{template}/versions', tags, summary: 'Versions, newest first' })
    .input(template.extend({ ...paging, include_archived: queryBoolean.optional() }))
    .output(z.array(templateVersionSchema)),
  activateVersion: route
    .meta({
      permission: 'template:update',
      audit: { action: 'write', resource: 'template' },
      approval: { classes: ['templates'], target: 'template' },
    })
    .route({
      method: 'PATCH',
      path: '/templates/{template}/versions',
      tags,
      summary: 'Make a version the active one',
    })
    .input(z.strictObject({ template: uuid, id: uuid }))
    .output(responseMessage),
  versionByName: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/templates/{template}/versions/{name}',
      tags,
      summary: 'One version, by name',
    })
    .input(template.extend({ name: z.string().min(1).max(64) }))
    .output(templateVersionSchema),
};

export const templateVersionRoutes = {
  create: route
    .meta({
      permission: 'template:create',
      audit: { action: 'create', resource: 'template_version' },
      // The archive is named by its id, and what an id stands for never changes.
      approval: { classes: ['templates'], target: 'organization' },
    })
    .route({
      method: 'POST',
      path: '/organizations/{organization}/templateversions',
      tags,
      successStatus: 201,
      summary: 'Create a version from an uploaded file; without template_id it starts a new template',
    })
    .input(createTemplateVersionSchema.extend({ organization: organizationRef }))
    .output(templateVersionSchema),
  get: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templateversions/{version}', tags, summary: 'One version' })
    .input(version)
    .output(templateVersionSchema),
  update: route
    .meta({
      permission: 'template:update',
      audit: { action: 'write', resource: 'template_version' },
      approval: { classes: ['templates'], target: 'version' },
    })
    .route({
      method: 'PATCH',
      path: '/templateversions/{version}',
      tags,
      summary: "Change a version's name or message",
    })
    .input(
      z.strictObject({
        version: uuid,
        name: z.string().min(1).max(64).optional(),
        message: z.string().max(1024).optional(),
      }),
    )
    .output(templateVersionSchema),
  parameters: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/templateversions/{version}/rich-parameters',
      tags,
      summary: 'Parameters',
    })
    .input(version)
    .output(z.array(templateVersionParameterSchema)),
  presets: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templateversions/{version}/presets', tags, summary: 'Presets' })
    .input(version)
    .output(z.array(presetSchema)),
  logs: route
    .meta({ permission: 'template:read' })
    .route({ method: 'GET', path: '/templateversions/{version}/logs', tags, summary: 'Import log' })
    .input(version.extend(logQuery))
    .output(z.array(provisionerLogSchema)),
};
