import { applicationsRows } from './applications.ts';
import { deploymentRows } from './deployment.ts';
import { insideRows } from './inside.ts';
import { peopleRows } from './people.ts';
import { free, kept, type RouteRow } from './rows.ts';
import { templatesRows } from './templates.ts';
import { workspacesRows } from './workspaces.ts';

export { lookScopes, type Outcome, type RouteRow } from './rows.ts';

/** One row for each route of the contract, in its order; a route without one fails the test. */
export const routeRows: Record<string, RouteRow> = {
  ...deploymentRows,
  ...peopleRows,
  ...templatesRows,
  ...workspacesRows,
  ...insideRows,
  ...applicationsRows,

  // These two end what the others need, so they come last; the workspace is started again after each walk.
  'workspaces.createBuild': {
    at: ({ workspace: id }) => ({ workspace: id, transition: 'stop' }),
    ...kept,
  },
  'users.logout': { with: {}, ...free },
};
