import { createGroups, groupRoutes } from '../groups/index.ts';
import { apiKeyRoutes, userRoutes } from '../identity/index.ts';
import {
  createAdministration,
  createMembers,
  createOrganizations,
  organizationRoutes,
} from '../organizations/index.ts';
import { createQuotas, quotaRoutes } from '../quotas/index.ts';
import { type TestApi, type TestApiOptions, testAccessUrl, testApi } from './api.ts';
import { testClock } from './test-clock.ts';
import type { TestDatabase } from './test-database.ts';

/** The routes of users, tokens, organizations, groups and quotas behind the real pipeline. */
export function testOrganizations(
  database: TestDatabase,
  { accessUrl = testAccessUrl, ...identity }: TestApiOptions['identity'] = {},
): Promise<TestApi> {
  const { db } = database;
  const clock = testClock();
  const organizations = createOrganizations({ db });
  return testApi({
    database,
    clock,
    identity: { accessUrl, ...identity },
    router(who) {
      const deps = { db, clock, organizations, forget: who.forget };
      const members = createMembers(deps);
      const administration = createAdministration(deps);
      return {
        users: userRoutes({ identity: who, organizations }),
        apiKeys: apiKeyRoutes({ identity: who }),
        organizations: organizationRoutes({ organizations, administration, members }),
        groups: groupRoutes({ groups: createGroups(deps) }),
        quotas: quotaRoutes({ quotas: createQuotas({ db, clock, members }) }),
      };
    },
  });
}
