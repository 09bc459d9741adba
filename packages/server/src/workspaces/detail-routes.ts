import type { Db } from '../database/index.ts';
import { api } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import { autofillParameters } from './read/autofill.ts';
import type { Workspaces } from './service.ts';

type Deps = { readonly workspaces: Workspaces };

/** The routes about a workspace that go beyond the workspace itself. */
export const workspaceDetailRoutes = ({ workspaces }: Deps) => ({
  timings: api.workspaces.timings.handler(({ input, context }) =>
    workspaces.timings(context.actor!, input.workspace),
  ),
  updateDormancy: api.workspaces.updateDormancy.handler(async ({ input, context }) => {
    context.audit.target(input.workspace, '');
    const { name, changed } = await workspaces.updateDormancy(context.actor!, input.workspace, input.dormant);
    context.audit.target(input.workspace, name);
    if (changed) context.audit.diff('dormant', !input.dormant, input.dormant);
    return workspaces.get(context.actor!, input.workspace);
  }),
});

/** The routes about a build that go beyond the build itself. */
export const buildDetailRoutes = ({ workspaces }: Deps) => ({
  resources: api.builds.resources.handler(
    async ({ input, context }) => (await workspaces.getBuild(context.actor!, input.build)).resources,
  ),
  timings: api.builds.timings.handler(({ input, context }) =>
    workspaces.buildTimings(context.actor!, input.build),
  ),
  state: api.builds.state.handler(({ input, context }) =>
    workspaces.buildState.read(context.actor!, input.build),
  ),
  updateState: api.builds.updateState.handler(async ({ input, context }) => {
    context.audit.target(input.build, '');
    const { name } = await workspaces.buildState.write(context.actor!, input.build, input.state);
    context.audit.target(input.build, name);
    context.audit.diff('state', '', '', true);
  }),
});

/** The route of what users gave parameters in the workspaces that they have. */
export const autofillRoutes = ({ db, users }: { readonly db: Db; readonly users: Identity['users'] }) => ({
  autofillParameters: api.users.autofillParameters.handler(async ({ input, context }) => {
    const { id } = await users.get(context.actor!, input.user);
    return autofillParameters(db, context.actor!, id, input.template_id);
  }),
});
