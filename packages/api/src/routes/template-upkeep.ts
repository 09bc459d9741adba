import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, responseMessage, uuid } from '../schemas/common.ts';
import { templateExampleSchema } from '../schemas/template-plans.ts';
import { templateVersionSchema } from '../schemas/templates.ts';

const tags = ['Templates'];
const version = z.object({ version: uuid });
const named = z.object({
  organization: organizationRef,
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(64),
});
const change = {
  permission: 'template:update',
  audit: { action: 'write', resource: 'template_version' },
} as const;

export const templateUpkeepRoutes = {
  examples: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/templates/examples',
      tags,
      summary: 'The starter templates that come with the server',
    })
    .output(z.array(templateExampleSchema)),
  examplesInOrganization: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/templates/examples',
      tags,
      summary: 'The starter templates (older route)',
    })
    .input(z.object({ organization: organizationRef }))
    .output(z.array(templateExampleSchema)),
  versionInOrganization: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/templates/{name}/versions/{version}',
      tags,
      summary: 'One version, by the names of its organization, its template and itself',
    })
    .input(named)
    .output(templateVersionSchema),
  previousVersion: route
    .meta({ permission: 'template:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/templates/{name}/versions/{version}/previous',
      tags,
      summary: 'The version before one (404 when it is the first)',
    })
    .input(named)
    .output(templateVersionSchema),
  archiveVersions: route
    .meta({
      permission: 'template:update',
      audit: { action: 'write', resource: 'template' },
      approval: { classes: ['templates'], target: 'template' },
    })
    .route({
      method: 'POST',
      path: '/templates/{template}/versions/archive',
      tags,
      summary: 'Archive the versions whose import has failed; with all, every version that is not in use',
    })
    .input(z.strictObject({ template: uuid, all: z.boolean().default(false) }))
    .output(z.object({ template_id: uuid, archived_ids: z.array(uuid) })),
};

export const versionUpkeepRoutes = {
  cancel: route
    .meta(change)
    .route({
      method: 'PATCH',
      path: '/templateversions/{version}/cancel',
      tags,
      summary: 'Cancel an import that has not ended',
    })
    .input(version)
    .output(responseMessage),
  archive: route
    .meta({ ...change, approval: { classes: ['templates'], target: 'version' } })
    .route({
      method: 'POST',
      path: '/templateversions/{version}/archive',
      tags,
      summary: 'Put a version away that is neither active nor used by a workspace',
    })
    .input(version)
    .output(responseMessage),
  unarchive: route
    .meta({ ...change, approval: { classes: ['templates'], target: 'version' } })
    .route({
      method: 'POST',
      path: '/templateversions/{version}/unarchive',
      tags,
      summary: 'Bring an archived version back',
    })
    .input(version)
    .output(responseMessage),
};
