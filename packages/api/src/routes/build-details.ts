import * as z from 'zod';
import { route } from '../route.ts';
import { uuid } from '../schemas/common.ts';
import { buildTimingsSchema } from '../schemas/timings.ts';
import { workspaceResourceSchema, workspaceSchema } from '../schemas/workspaces.ts';

const build = z.object({ build: uuid });
const workspace = z.object({ workspace: uuid });

export const buildDetailRoutes = {
  resources: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspacebuilds/{build}/resources',
      tags: ['Builds'],
      deprecated: true,
      summary: 'What a build made; the build itself has it too',
    })
    .input(build)
    .output(z.array(workspaceResourceSchema)),
  timings: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspacebuilds/{build}/timings',
      tags: ['Builds'],
      summary: 'How long its parts took',
    })
    .input(build)
    .output(buildTimingsSchema),
  state: route
    .meta({ permission: 'template:update' })
    .route({
      method: 'GET',
      path: '/workspacebuilds/{build}/state',
      tags: ['Builds'],
      summary: 'What its runtime keeps to find again what it made',
    })
    .input(build)
    .output(z.record(z.string(), z.unknown())),
  updateState: route
    .meta({ permission: 'template:update', audit: { action: 'write', resource: 'workspace_build' } })
    .route({
      method: 'PUT',
      path: '/workspacebuilds/{build}/state',
      tags: ['Builds'],
      successStatus: 204,
      summary: 'Replace what the runtime of a workspace keeps, at its latest build',
    })
    .input(
      z.strictObject({
        build: uuid,
        /** A JSON object in base64. */
        state: z.base64('must be base64').max(1_400_000, 'must be at most 1 MiB'),
      }),
    ),
};

export const workspaceDetailRoutes = {
  timings: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaces/{workspace}/timings',
      tags: ['Workspaces'],
      summary: 'How long the parts of its latest build took',
    })
    .input(workspace)
    .output(buildTimingsSchema),
  updateDormancy: route
    .meta({
      permission: 'workspace:update',
      audit: { action: 'write', resource: 'workspace' },
      // Its template may delete what is dormant.
      approval: { classes: ['delete'], when: { field: 'dormant', equals: true }, target: 'workspace' },
    })
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/dormant',
      tags: ['Workspaces'],
      summary: 'Make a workspace dormant, which stops it if it runs, or wake it',
    })
    .input(z.strictObject({ workspace: uuid, dormant: z.boolean() }))
    .output(workspaceSchema),
};
