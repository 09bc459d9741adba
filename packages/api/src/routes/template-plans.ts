import * as z from 'zod';
import { route } from '../route.ts';
import { responseMessage, uuid } from '../schemas/common.ts';
import { logQuery, provisionerJobSchema, provisionerLogSchema } from '../schemas/jobs.ts';
import {
  createDryRunSchema,
  evaluatedParametersSchema,
  evaluateParametersSchema,
  matchedProvisionersSchema,
  templateVersionExternalAuthSchema,
  templateVersionVariableSchema,
} from '../schemas/template-plans.ts';
import { workspaceResourceSchema } from '../schemas/workspaces.ts';

const tags = ['Templates'];
const version = z.object({ version: uuid });
const dryRun = version.extend({ job: uuid });
const read = { permission: 'template:read' } as const;

/** What a version would ask for and make, without making it. */
export const templatePlanRoutes = {
  variables: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/variables',
      tags,
      summary: 'Variables that it was imported with: none, since a template.yaml has none',
    })
    .input(version)
    .output(z.array(templateVersionVariableSchema)),
  externalAuth: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/external-auth',
      tags,
      summary: 'Sign-ins elsewhere that it asks for: none, since a template.yaml asks for none',
    })
    .input(version)
    .output(z.array(templateVersionExternalAuthSchema)),
  resources: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/resources',
      tags,
      summary: 'What a start of it would make with the default values',
    })
    .input(version)
    .output(z.array(workspaceResourceSchema)),
  evaluate: route
    .meta(read)
    .route({
      method: 'POST',
      path: '/templateversions/{version}/dynamic-parameters/evaluate',
      tags,
      summary: 'The parameters with the values that a form holds, and what is wrong with them',
    })
    .input(evaluateParametersSchema.extend({ version: uuid }))
    .output(evaluatedParametersSchema),
  createDryRun: route
    .meta({
      permission: 'workspace:create',
      audit: { action: 'create', resource: 'template_version_dry_run' },
    })
    .route({
      method: 'POST',
      path: '/templateversions/{version}/dry-run',
      tags,
      successStatus: 201,
      summary:
        'See what a workspace of it would be: checks the parameters and the runtime, and makes nothing',
    })
    .input(createDryRunSchema.extend({ version: uuid }))
    .output(provisionerJobSchema),
  dryRun: route
    .meta(read)
    .route({ method: 'GET', path: '/templateversions/{version}/dry-run/{job}', tags, summary: 'One dry run' })
    .input(dryRun)
    .output(provisionerJobSchema),
  dryRunResources: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/dry-run/{job}/resources',
      tags,
      summary: 'What the workspace would consist of',
    })
    .input(dryRun)
    .output(z.array(workspaceResourceSchema)),
  dryRunLogs: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/dry-run/{job}/logs',
      tags,
      summary: 'Log of a dry run',
    })
    .input(dryRun.extend(logQuery))
    .output(z.array(provisionerLogSchema)),
  dryRunProvisioners: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/templateversions/{version}/dry-run/{job}/matched-provisioners',
      tags,
      summary: 'How many servers could run it',
    })
    .input(dryRun)
    .output(matchedProvisionersSchema),
  cancelDryRun: route
    .meta({
      permission: 'workspace:create',
      audit: { action: 'write', resource: 'template_version_dry_run' },
    })
    .route({
      method: 'PATCH',
      path: '/templateversions/{version}/dry-run/{job}/cancel',
      tags,
      summary: 'Cancel a dry run that has not ended',
    })
    .input(dryRun)
    .output(responseMessage),
};
