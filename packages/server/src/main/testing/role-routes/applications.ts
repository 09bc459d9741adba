import { who } from '../role-world.ts';
import { app, free, nobodys, passing, type RoleRow, redirects, site, unique } from './rows.ts';

/** Applications, and what waits for approval. */
export const applicationsRows: Record<string, RoleRow> = {
  'oauth2.getInteraction': { answers: nobodys },
  'oauth2.decideInteraction': { answers: nobodys },
  'oauth2.getDevice': { answers: nobodys },
  'oauth2.decideDevice': { answers: nobodys },
  'oauth2.listGrants': { answers: free },
  'oauth2.revokeGrant': { answers: nobodys },

  'oauth2Provider.listApps': { answers: free },
  'oauth2Provider.createApp': {
    answers: site('owner'),
    with: (_, caller) => ({ name: unique(caller), ...redirects }),
  },
  'oauth2Provider.getApp': { answers: free, ...app() },
  'oauth2Provider.updateApp': { answers: site('owner'), ...app({ name: 'known', ...redirects }) },
  'oauth2Provider.deleteApp': {
    answers: site('owner'),
    async with({ owner }, caller) {
      const { id } = await owner.oauth2Provider.createApp({ name: passing(caller), ...redirects });
      return { app: id };
    },
  },
  'oauth2Provider.listSecrets': { answers: site('owner'), ...app() },
  'oauth2Provider.createSecret': { answers: site('owner'), ...app() },
  'oauth2Provider.deleteSecret': {
    answers: site('owner'),
    async with({ owner, app: id }) {
      const { id: secret } = await owner.oauth2Provider.createSecret({ app: id });
      return { app: id, secret };
    },
  },
  'oauth2Provider.getSettings': { answers: site('owner', 'auditor') },
  'oauth2Provider.updateSettings': { answers: site('owner') },

  // Of somebody else, of whom there are none.
  'approvals.list': { answers: free },
  'approvals.getPolicy': { answers: free },
  'approvals.updatePolicy': { answers: site('owner') },
  'approvals.get': { answers: nobodys },
  'approvals.approve': { answers: nobodys },
  'approvals.deny': { answers: nobodys },
  'approvals.getUserPolicy': { answers: who('NOT_FOUND', ['ok', ['owner']]) },
  'approvals.updateUserPolicy': { answers: who('NOT_FOUND', ['ok', ['owner']]) },
};
