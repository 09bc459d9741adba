import { createGroups, groupRoutes } from '../groups/index.ts';
import {
  createAdministration,
  createMembers,
  type Forget,
  type Organizations,
  organizationRoutes,
} from '../organizations/index.ts';
import { createQuotas, quotaRoutes } from '../quotas/index.ts';
import type { Ground } from './ground.ts';

type Needs = { readonly organizations: Organizations; readonly forget: Forget };

/** Organizations with their members, groups and quotas: the routes of them. */
export function composeOrganizations(
  { database: { db }, clock }: Pick<Ground, 'database' | 'clock'>,
  { organizations, forget }: Needs,
) {
  const deps = { db, clock, organizations, forget };
  const members = createMembers(deps);
  const administration = createAdministration(deps);
  return {
    organizations: organizationRoutes({ organizations, administration, members }),
    groups: groupRoutes({ groups: createGroups(deps) }),
    quotas: quotaRoutes({ quotas: createQuotas({ db, clock, members }) }),
  };
}
