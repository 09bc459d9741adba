import { IDEMPOTENCY_KEY_HEADER } from '@coder/api';
import { api, type RequestContext } from '../http/index.ts';
import { parseIdempotencyKey } from '../idempotency/index.ts';
import type { Workspaces } from './service.ts';
import type { Changed } from './settings.ts';
import type { SharingResult } from './sharing/sharing.ts';

type Deps = { readonly workspaces: Workspaces };

/** The routes under /workspaces. */
export const workspaceRoutes = ({ workspaces }: Deps) => ({
  list: api.workspaces.list.handler(({ input, context }) => workspaces.list(context.actor!, input)),
  create: api.workspaces.create.handler(async ({ input, context }) => {
    const key = parseIdempotencyKey(context.request.headers.get(IDEMPOTENCY_KEY_HEADER));
    const workspace = await workspaces.create(context.actor!, input, key);
    context.audit.target(workspace.id, workspace.name);
    return workspace;
  }),
  createInOrganization: api.workspaces.createInOrganization.handler(async ({ input, context }) => {
    const key = parseIdempotencyKey(context.request.headers.get(IDEMPOTENCY_KEY_HEADER));
    const workspace = await workspaces.create(context.actor!, input, key);
    context.audit.target(workspace.id, workspace.name);
    return workspace;
  }),
  getByName: api.workspaces.getByName.handler(({ input, context }) =>
    workspaces.getByName(context.actor!, input.user, input.name, input.include_deleted),
  ),
  get: api.workspaces.get.handler(({ input, context }) =>
    workspaces.get(context.actor!, input.workspace, input.include_deleted),
  ),
  rename: api.workspaces.rename.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    note(context, input.workspace, await workspaces.rename(context.actor!, input.workspace, input.name));
  }),
  builds: api.workspaces.builds.handler(({ input: { workspace, ...page }, context }) =>
    workspaces.builds(context.actor!, workspace, page),
  ),
  createBuild: api.workspaces.createBuild.handler(async ({ input: { workspace, ...request }, context }) => {
    context.audit.target(workspace, '');
    context.audit.field('transition', request.transition);
    const key = parseIdempotencyKey(context.request.headers.get(IDEMPOTENCY_KEY_HEADER));
    const build = await workspaces.createBuild(context.actor!, workspace, request, key);
    context.audit.target(build.id, `${build.workspace_owner_name}/${build.workspace_name}`);
    context.audit.field('build_number', build.build_number);
    context.audit.field('build_reason', build.reason);
    return build;
  }),
  updateAutostart: api.workspaces.updateAutostart.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    const changed = await workspaces.updateAutostart(context.actor!, input.workspace, input.schedule);
    note(context, input.workspace, changed);
  }),
  updateTtl: api.workspaces.updateTtl.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    note(context, input.workspace, await workspaces.updateTtl(context.actor!, input.workspace, input.ttl_ms));
  }),
  extend: api.workspaces.extend.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    const deadline = new Date(input.deadline);
    note(context, input.workspace, await workspaces.extend(context.actor!, input.workspace, deadline));
    return { message: `Deadline updated to ${deadline.toISOString()}.` };
  }),
  updateAutomaticUpdates: api.workspaces.updateAutomaticUpdates.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    const { workspace, automatic_updates: value } = input;
    note(context, workspace, await workspaces.updateAutomaticUpdates(context.actor!, workspace, value));
  }),
  favorite: api.workspaces.favorite.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    note(context, input.workspace, await workspaces.setFavorite(context.actor!, input.workspace, true));
  }),
  unfavorite: api.workspaces.unfavorite.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    note(context, input.workspace, await workspaces.setFavorite(context.actor!, input.workspace, false));
  }),
  getAcl: api.workspaces.getAcl.handler(({ input, context }) =>
    workspaces.getAcl(context.actor!, input.workspace),
  ),
  updateAcl: api.workspaces.updateAcl.handler(async ({ input: { workspace, ...request }, context }) => {
    context.audit.target(workspace, '');
    noteShares(context, workspace, await workspaces.updateAcl(context.actor!, workspace, request));
  }),
  deleteAcl: api.workspaces.deleteAcl.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    noteShares(context, input.workspace, await workspaces.deleteAcl(context.actor!, input.workspace));
  }),
  reportUsage: api.workspaces.reportUsage.handler(async ({ input, context }) => {
    await workspaces.reportUsage(context.actor!, input.workspace);
  }),
  resolveAutostart: api.workspaces.resolveAutostart.handler(({ input, context }) =>
    workspaces.resolveAutostart(context.actor!, input.workspace),
  ),
  readiness: api.workspaces.readiness.handler(({ input, context }) =>
    workspaces.readiness(context.actor!, input, context.request.signal),
  ),
  metrics: api.workspaces.metrics.handler(({ input, context }) => workspaces.metrics(context.actor!, input)),
});

/** The routes under /workspacebuilds. */
export const buildRoutes = ({ workspaces }: Deps) => ({
  get: api.builds.get.handler(({ input, context }) => workspaces.getBuild(context.actor!, input.build)),
  getByNumber: api.builds.getByNumber.handler(({ input, context }) =>
    workspaces.getBuildByNumber(context.actor!, input.user, input.name, input.number),
  ),
  cancel: api.builds.cancel.handler(async ({ input, context }) => {
    context.audit.target(input.build, '');
    const canceled = await workspaces.cancelBuild(context.actor!, input.build);
    note(context, input.build, canceled);
    return {
      message: canceled.after === 'canceled' ? 'The build was canceled.' : 'The build is being canceled.',
    };
  }),
  logs: api.builds.logs.handler(({ input: { build, ...query }, context }) =>
    workspaces.buildLogs(context.actor!, build, query, context.request.signal),
  ),
  parameters: api.builds.parameters.handler(({ input, context }) =>
    workspaces.buildParameters(context.actor!, input.build),
  ),
});

function note(context: RequestContext, id: string, { name, field, before, after }: Changed): void {
  context.audit.target(id, name);
  if (before !== after) context.audit.diff(field, before, after);
}

function noteShares(context: RequestContext, id: string, { name, changes }: SharingResult): void {
  context.audit.target(id, name);
  for (const { who, before, after } of changes) context.audit.diff(who, before, after);
}
