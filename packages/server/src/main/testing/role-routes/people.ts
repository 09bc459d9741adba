import { who } from '../role-world.ts';
import {
  account,
  changeUser,
  crew,
  free,
  freshKey,
  inOrganization,
  managed,
  member,
  memberAdmins,
  passing,
  type RoleRow,
  readUser,
  showsGroup,
  showsOrganization,
  site,
  unique,
  userReaders,
  victim,
} from './rows.ts';

/** Users with their tokens, organizations, groups and quotas. */
export const peopleRows: Record<string, RoleRow> = {
  'users.hasFirst': { answers: free },
  'users.createFirst': { answers: who('CONFLICT') },
  'users.authMethods': { answers: free },
  'users.login': { answers: who('BAD_CREDENTIALS') },
  'users.logout': { answers: free, endsSession: true },
  'users.list': {
    answers: free,
    shows: { text: ({ victim: { id } }) => id, to: userReaders },
  },
  'users.create': {
    answers: site('owner', 'user-admin'),
    with: (_, caller) => account(unique(caller)),
  },
  'users.roles': { answers: free },
  'users.get': { answers: readUser },
  'users.delete': {
    answers: changeUser('owner', 'user-admin'),
    async with({ owner }, caller) {
      const { id } = await owner.users.create(account(passing(caller)));
      return { user: id };
    },
  },
  'users.updateProfile': {
    answers: changeUser('owner', 'user-admin'),
    ...victim({ username: 'victim', name: 'Victor' }),
  },
  'users.suspend': {
    answers: changeUser('owner', 'user-admin'),
    after: async ({ owner }) => void (await owner.users.activate({ user: 'victim' })),
  },
  'users.activate': { answers: changeUser('owner', 'user-admin') },
  // That of somebody else: it ends their sessions and tokens.
  'users.updatePassword': {
    answers: changeUser('owner', 'user-admin'),
    with: ({ newcomer }) => ({ user: newcomer.name, password: 'a new password' }),
  },
  'users.getRoles': { answers: readUser },
  'users.updateRoles': {
    answers: changeUser('owner'),
    ...victim({ roles: ['auditor'] }),
    after: async ({ owner }) => void (await owner.users.updateRoles({ user: 'victim', roles: [] })),
  },
  'users.organizations': { answers: readUser },
  'users.organizationByName': { answers: readUser },
  'users.validatePassword': { answers: free },
  'users.loginType': { answers: changeUser('owner', 'user-admin') },
  'users.appearance': { answers: changeUser('owner', 'user-admin') },
  'users.updateAppearance': { answers: changeUser('owner', 'user-admin') },
  'users.preferences': { answers: changeUser('owner', 'user-admin') },
  'users.updatePreferences': { answers: changeUser('owner', 'user-admin') },
  'users.autofillParameters': { answers: readUser },

  'organizations.list': { answers: free, shows: showsOrganization },
  'organizations.create': { answers: site('owner'), with: (_, caller) => ({ name: unique(caller) }) },
  'organizations.get': { answers: inOrganization },
  'organizations.update': { answers: managed(['owner', 'organization-admin']) },
  'organizations.delete': { answers: managed(['owner', 'organization-admin'], 'BAD_REQUEST') },
  'organizations.members': { answers: inOrganization },
  'organizations.paginatedMembers': { answers: inOrganization },
  'organizations.memberRoles': { answers: inOrganization },
  'organizations.getMember': {
    answers: inOrganization,
    shows: { text: () => 'victim@example.com', to: userReaders },
  },
  'organizations.availableUsers': {
    answers: managed(['owner', 'organization-admin']),
    shows: { text: () => '"victim"', to: ['owner', 'organization-admin'] },
  },
  'organizations.addMember': {
    answers: managed(memberAdmins),
    with: ({ narrow: { organization }, newcomer }) => ({ organization, user: newcomer.name }),
    async after({ owner, narrow: { organization }, newcomer: { name: user } }) {
      await owner.organizations.removeMember({ organization, user }).catch(() => undefined);
    },
  },
  'organizations.removeMember': {
    answers: managed(memberAdmins),
    async with({ owner, narrow: { organization }, newcomer: { name: user } }) {
      await owner.organizations.addMember({ organization, user });
      return { organization, user };
    },
    async after({ owner, narrow: { organization }, newcomer: { name: user } }) {
      await owner.organizations.removeMember({ organization, user }).catch(() => undefined);
    },
  },
  'organizations.updateMemberRoles': {
    answers: managed(['owner', 'organization-admin']),
    ...member({ roles: ['organization-auditor'] }),
    async after({ owner, narrow: { organization } }) {
      await owner.organizations.updateMemberRoles({ organization, user: 'victim', roles: [] });
    },
  },

  'groups.list': { answers: free, shows: showsGroup },
  'groups.listInOrganization': { answers: inOrganization },
  'groups.create': {
    answers: managed(memberAdmins),
    with: ({ narrow: { organization } }, caller) => ({ organization, name: unique(caller) }),
  },
  'groups.getByName': { answers: inOrganization },
  'groups.get': { answers: inOrganization, ...crew() },
  'groups.members': { answers: inOrganization, ...crew() },
  'groups.update': {
    answers: managed(memberAdmins),
    with: ({ group, victim: { id } }) => ({ group, add_users: [id] }),
  },
  'groups.delete': {
    answers: managed(memberAdmins),
    async with({ owner, narrow: { organization } }, caller) {
      const { id } = await owner.groups.create({ organization, name: passing(caller) });
      return { group: id };
    },
  },

  'quotas.credits': { answers: readUser },
  'quotas.creditsInDefault': { answers: readUser },
  'quotas.getMember': { answers: readUser },
  'quotas.updateMember': {
    answers: who('NOT_FOUND', ['ok', memberAdmins], ['FORBIDDEN', userReaders]),
    ...member({ limits: {} }),
  },
  'quotas.getGroup': { answers: inOrganization, ...crew() },
  'quotas.updateGroup': { answers: managed(memberAdmins), ...crew({ member_limits: {} }) },

  'apiKeys.createSession': { answers: changeUser('owner') },
  'apiKeys.createToken': {
    answers: changeUser('owner'),
    with: (_, caller) => ({ user: 'victim', token_name: unique(caller) }),
  },
  'apiKeys.listTokens': { answers: changeUser('owner') },
  'apiKeys.tokenConfig': { answers: free },
  'apiKeys.getToken': { answers: who('NOT_FOUND', ['ok', ['owner']]), ...victim({ name: 'known' }) },
  'apiKeys.get': {
    answers: who('NOT_FOUND', ['ok', ['owner']]),
    with: ({ victim: { keyId } }) => ({ user: 'victim', key: keyId }),
  },
  'apiKeys.delete': { answers: who('NOT_FOUND', ['ok', ['owner']]), with: freshKey },
  'apiKeys.expire': { answers: who('NOT_FOUND', ['ok', ['owner']]), with: freshKey },
};
