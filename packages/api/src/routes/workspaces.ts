import * as z from 'zod';
import { route } from '../route.ts';
import {
  organizationRef,
  paging,
  queryBoolean,
  queryInteger,
  responseMessage,
  time,
  userRef,
  uuid,
} from '../schemas/common.ts';
import { logQuery, provisionerLogSchema } from '../schemas/jobs.ts';
import {
  buildParameterSchema,
  createBuildSchema,
  createWorkspaceSchema,
  ttlSchema,
  workspaceBuildSchema,
  workspaceMetricsSchema,
  workspaceReadinessSchema,
  workspaceSchema,
  workspacesResponseSchema,
} from '../schemas/workspaces.ts';

const tags = ['Workspaces'];
const workspace = z.object({ workspace: uuid });
const build = z.object({ build: uuid });
const update = { permission: 'workspace:update', audit: { action: 'write', resource: 'workspace' } } as const;

export const workspaceRoutes = {
  list: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspaces', tags, summary: 'List workspaces, filtered by q' })
    .input(z.object({ q: z.string().max(1024).optional(), ...paging }))
    .output(workspacesResponseSchema),
  create: route
    .meta({ permission: 'workspace:create', audit: { action: 'create', resource: 'workspace' } })
    .route({
      method: 'POST',
      path: '/users/{user}/workspaces',
      tags,
      successStatus: 201,
      summary: 'Create a workspace; its first build is still pending in the answer',
    })
    .input(createWorkspaceSchema.extend({ user: userRef }))
    .output(workspaceSchema),
  createInOrganization: route
    .meta({ permission: 'workspace:create', audit: { action: 'create', resource: 'workspace' } })
    .route({
      method: 'POST',
      path: '/organizations/{organization}/members/{user}/workspaces',
      tags,
      successStatus: 201,
      summary: 'Create a workspace (older route)',
    })
    .input(createWorkspaceSchema.extend({ user: userRef, organization: organizationRef }))
    .output(workspaceSchema),
  getByName: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/users/{user}/workspace/{name}',
      tags,
      summary: 'One workspace, by owner and name',
    })
    .input(
      z.object({ user: userRef, name: z.string().min(1).max(64), include_deleted: queryBoolean.optional() }),
    )
    .output(workspaceSchema),
  get: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspaces/{workspace}', tags, summary: 'One workspace' })
    .input(workspace.extend({ include_deleted: queryBoolean.optional() }))
    .output(workspaceSchema),
  rename: route
    .meta(update)
    .route({
      method: 'PATCH',
      path: '/workspaces/{workspace}',
      tags,
      successStatus: 204,
      summary: 'Rename a workspace',
    })
    .input(z.strictObject({ workspace: uuid, name: createWorkspaceSchema.shape.name })),
  builds: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspaces/{workspace}/builds', tags, summary: 'Builds, newest first' })
    .input(workspace.extend({ ...paging, since: time.optional() }))
    .output(z.array(workspaceBuildSchema)),
  createBuild: route
    .meta({
      permission: 'workspace:read',
      audit: { action: 'write', resource: 'workspace_build' },
      approval: {
        classes: ['delete'],
        when: { field: 'transition', equals: 'delete' },
        // Why a client says that it builds is a note for the log.
        ignore: ['reason'],
        target: 'workspace',
        permission: 'workspace:delete',
      },
    })
    .route({
      method: 'POST',
      path: '/workspaces/{workspace}/builds',
      tags,
      successStatus: 201,
      summary:
        'Start, stop or delete a workspace (needs workspace:start, :stop or :delete by its transition)',
    })
    .input(createBuildSchema.extend({ workspace: uuid }))
    .output(workspaceBuildSchema),
  updateAutostart: route
    .meta(update)
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/autostart',
      tags,
      successStatus: 204,
      summary: 'Set the autostart schedule',
    })
    .input(z.strictObject({ workspace: uuid, schedule: z.string().max(256).nullish() })),
  updateTtl: route
    .meta(update)
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/ttl',
      tags,
      successStatus: 204,
      summary: 'Set the time to autostop',
    })
    .input(z.strictObject({ workspace: uuid, ttl_ms: ttlSchema.nullish() })),
  extend: route
    .meta(update)
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/extend',
      tags,
      summary: 'Move the deadline of the running build',
    })
    .input(z.strictObject({ workspace: uuid, deadline: z.iso.datetime({ offset: true }) }))
    .output(responseMessage),
  updateAutomaticUpdates: route
    .meta(update)
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/autoupdates',
      tags,
      successStatus: 204,
      summary: 'Follow the active version or not',
    })
    .input(z.strictObject({ workspace: uuid, automatic_updates: z.enum(['always', 'never']) })),
  favorite: route
    .meta(update)
    .route({
      method: 'PUT',
      path: '/workspaces/{workspace}/favorite',
      tags,
      successStatus: 204,
      summary: 'Mark as favorite',
    })
    .input(workspace),
  unfavorite: route
    .meta(update)
    .route({
      method: 'DELETE',
      path: '/workspaces/{workspace}/favorite',
      tags,
      successStatus: 204,
      summary: 'Remove the mark',
    })
    .input(workspace),
  reportUsage: route
    .meta({ permission: 'workspace:update' })
    .route({
      method: 'POST',
      path: '/workspaces/{workspace}/usage',
      tags,
      successStatus: 204,
      summary: 'Count as activity',
    })
    .input(z.object({ workspace: uuid })),
  resolveAutostart: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaces/{workspace}/resolve-autostart',
      tags,
      summary: 'Would an autostart find its parameters',
    })
    .input(workspace)
    .output(z.object({ parameter_mismatch: z.boolean() })),
  readiness: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaces/{workspace}/readiness',
      tags,
      summary: 'Whether it can be worked in; wait_ms waits until that is decided. Never starts anything',
    })
    .input(
      workspace.extend({
        agent: z.string().max(64).optional(),
        wait_ms: queryInteger.min(0).max(45_000).default(0),
      }),
    )
    .output(workspaceReadinessSchema),
  metrics: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspaces/metrics',
      tags,
      summary: 'Resource use of the workspaces that q selects',
    })
    .input(z.object({ q: z.string().max(1024).optional(), limit: queryInteger.min(1).max(1000).optional() }))
    .output(z.object({ workspaces: z.array(workspaceMetricsSchema) })),
};

export const buildRoutes = {
  get: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspacebuilds/{build}', tags: ['Builds'], summary: 'One build' })
    .input(build)
    .output(workspaceBuildSchema),
  getByNumber: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/users/{user}/workspace/{name}/builds/{number}',
      tags: ['Builds'],
      summary: 'One build, by owner, workspace and number',
    })
    .input(z.object({ user: userRef, name: z.string().min(1).max(64), number: queryInteger.min(1) }))
    .output(workspaceBuildSchema),
  cancel: route
    .meta({ permission: 'workspace:update', audit: { action: 'write', resource: 'workspace_build' } })
    .route({
      method: 'PATCH',
      path: '/workspacebuilds/{build}/cancel',
      tags: ['Builds'],
      summary: 'Cancel a build',
    })
    .input(build)
    .output(responseMessage),
  logs: route
    .meta({ permission: 'workspace:read' })
    .route({ method: 'GET', path: '/workspacebuilds/{build}/logs', tags: ['Builds'], summary: 'Build log' })
    .input(build.extend(logQuery))
    .output(z.array(provisionerLogSchema)),
  parameters: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/workspacebuilds/{build}/parameters',
      tags: ['Builds'],
      summary: 'Parameter values',
    })
    .input(build)
    .output(z.array(buildParameterSchema)),
};
