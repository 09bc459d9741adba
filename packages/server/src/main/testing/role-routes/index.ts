import { applicationsRows } from './applications.ts';
import { deploymentRows } from './deployment.ts';
import { insideRows } from './inside.ts';
import { peopleRows } from './people.ts';
import type { RoleRow } from './rows.ts';
import { templatesRows } from './templates.ts';
import { workspacesRows } from './workspaces.ts';

export { entered, type RoleRow, readers, seen } from './rows.ts';

/** One row for each route of the contract, in its order; a route without one fails the test. */
export const roleRows: Record<string, RoleRow> = {
  ...deploymentRows,
  ...peopleRows,
  ...templatesRows,
  ...workspacesRows,
  ...insideRows,
  ...applicationsRows,
};
