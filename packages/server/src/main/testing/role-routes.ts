import type { Outcome } from './narrow-routes.ts';
import { type Answers, type Caller, callers, type RoleWorld, who } from './role-world.ts';

/** What must happen to a route of the contract, by caller. */
export type RoleRow = {
  answers: Answers;
  /** What it is called with where the narrow tokens' row does not do: on somebody else, harmless, possible again and again. */
  with?: (world: RoleWorld, caller: Caller) => object | Promise<object>;
  /** Makes good again what the call may have changed. */
  after?: (world: RoleWorld) => Promise<void>;
  /** Whether the text of an answer that is `ok` holds this depends on the caller. */
  shows?: { text: (world: RoleWorld) => string; to: readonly Caller[] };
  /** The call ends the session it is made with. */
  endsSession?: true;
};

const inside = callers.filter((caller) => caller !== 'elsewhere');
const templateAdmins = [
  'owner',
  'template-admin',
  'organization-admin',
  'organization-template-admin',
] as const;
const memberAdmins = ['owner', 'user-admin', 'organization-admin', 'organization-user-admin'] as const;
const userReaders = [...memberAdmins, 'template-admin', 'auditor'] as const;
/** Of what goes on in the workspaces of a template. */
const insightful = [...templateAdmins, 'auditor', 'organization-auditor'] as const;
/** Of the workspace. */
export const readers = [...templateAdmins, 'own', 'use', 'admin'] as const;

const free = who('ok');
const nobodys = who('NOT_FOUND');
const site = (...allowed: Caller[]) => who('FORBIDDEN', ['ok', allowed]);
/** What every member of the organization may read. */
const inOrganization = who('ok', ['NOT_FOUND', ['elsewhere']]);
const managed = (by: readonly Caller[], outcome: Outcome = 'ok') =>
  who('FORBIDDEN', ['NOT_FOUND', ['elsewhere']], [outcome, by]);

/** Reading of the workspace, change of it, and anything inside it. */
export const seen = who('NOT_FOUND', ['ok', readers]);
const kept = (outcome: Outcome = 'ok') =>
  who('NOT_FOUND', [outcome, ['owner', 'organization-admin', 'own', 'admin']], ['FORBIDDEN', readers]);
export const entered = (outcome: Outcome = 'ok') =>
  who('NOT_FOUND', [outcome, ['owner', 'own', 'use', 'admin']], ['FORBIDDEN', readers]);

/** Of somebody without a role. */
const readUser = who('NOT_FOUND', ['ok', userReaders]);
const changeUser = (...by: Caller[]) => who('NOT_FOUND', ['ok', by], ['FORBIDDEN', userReaders]);

const unique = (caller: Caller) => `by-${caller.replace('organization-workspace', 'workspace')}`.slice(0, 32);
const passing = (caller: Caller) => `x-${unique(caller)}`.slice(0, 32);
const account = (username: string) => ({
  username,
  email: `${username}@example.com`,
  login_type: 'none' as const,
});
const victim = (fields: object = {}) => ({ with: () => ({ user: 'victim', ...fields }) });
const member = (fields: object = {}) => ({
  with: ({ narrow: { organization } }: RoleWorld) => ({ organization, user: 'victim', ...fields }),
});
const crew = (fields: object = {}) => ({ with: ({ group }: RoleWorld) => ({ group, ...fields }) });
const app = (fields: object = {}) => ({ with: ({ app: id }: RoleWorld) => ({ app: id, ...fields }) });
const redirects = { redirect_uris: ['https://known.example.com/callback'] };
/** Wrong in a way that is looked at only once it is clear that the caller may do it. */
const misplaced = { rich_parameter_values: [{ name: 'none', value: '1' }] };
const showsPlace = { text: ({ place }: RoleWorld) => place.workspace, to: readers };
const showsTemplate = { text: ({ narrow }: RoleWorld) => narrow.template.id, to: inside };
const showsGroup = { text: ({ group }: RoleWorld) => group, to: inside };
const showsOrganization = { text: ({ narrow }: RoleWorld) => narrow.organization, to: inside };

/** One row for each route of the contract, in its order; a route without one fails the test. */
export const roleRows: Record<string, RoleRow> = {
  'deployment.greeting': { answers: free },
  'deployment.buildInfo': { answers: free },
  'deployment.experiments': { answers: free },
  'deployment.availableExperiments': { answers: free },
  'deployment.config': { answers: site('owner', 'auditor') },
  'deployment.stats': { answers: site('owner', 'auditor') },
  'deployment.sshConfig': { answers: free },
  'deployment.updateCheck': { answers: free },
  'deployment.regions': { answers: free },
  'deployment.checkAuthorization': { answers: free },
  'deployment.scopes': { answers: free },
  'deployment.appHost': { answers: free },
  'deployment.audit': {
    answers: site('owner', 'auditor', 'organization-admin', 'organization-auditor'),
    // A sign-in belongs to no organization.
    with: () => ({ q: 'action:login', limit: 1 }),
    shows: { text: () => '"action":"login"', to: ['owner', 'auditor'] },
  },
  'deployment.activity': { answers: who('NOT_FOUND', ['ok', ['owner', 'auditor']]) },

  'health.report': { answers: site('owner') },
  'health.settings': { answers: site('owner') },
  'health.updateSettings': { answers: site('owner') },

  'provisioners.daemons': { answers: inOrganization },
  'provisioners.jobs': { answers: managed(templateAdmins) },
  'provisioners.job': {
    answers: managed(templateAdmins),
    with: ({ narrow: { organization }, job }) => ({ organization, job }),
  },

  'insights.daus': { answers: site('owner', 'auditor') },
  'insights.templateDaus': { answers: managed(insightful) },
  'insights.userActivity': { answers: site(...insightful) },
  'insights.templates': { answers: site(...insightful) },
  'insights.userStatusCounts': { answers: site(...userReaders) },

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

  'templates.list': { answers: free, shows: showsTemplate },
  'templates.listInOrganization': { answers: inOrganization },
  // Its version belongs to a template already.
  'templates.create': { answers: managed(templateAdmins, 'VALIDATION_FAILED') },
  'templates.getByName': { answers: inOrganization },
  'templates.get': { answers: inOrganization },
  'templates.update': { answers: managed(templateAdmins) },
  // There are workspaces of it.
  'templates.delete': { answers: managed(templateAdmins, 'BAD_REQUEST') },
  'templates.versions': { answers: inOrganization },
  'templates.activateVersion': { answers: managed(templateAdmins) },
  'templates.versionByName': { answers: inOrganization },
  'templates.examples': { answers: free },
  'templates.examplesInOrganization': { answers: inOrganization },
  'templates.versionInOrganization': { answers: inOrganization },
  'templates.previousVersion': { answers: nobodys },
  'templates.archiveVersions': { answers: managed(templateAdmins) },

  // Of an archive that the owner has sent, which belongs to no organization.
  'templateVersions.create': {
    answers: who(
      'FORBIDDEN',
      ['NOT_FOUND', ['elsewhere']],
      ['ok', ['owner', 'template-admin']],
      ['VALIDATION_FAILED', templateAdmins],
    ),
  },
  'templateVersions.get': { answers: inOrganization },
  'templateVersions.update': { answers: managed(templateAdmins) },
  'templateVersions.parameters': { answers: inOrganization },
  'templateVersions.presets': { answers: inOrganization },
  'templateVersions.logs': { answers: inOrganization },
  // Its import has ended, and it is in use.
  'templateVersions.cancel': { answers: managed(templateAdmins, 'CONFLICT') },
  'templateVersions.archive': { answers: managed(templateAdmins, 'BAD_REQUEST') },
  'templateVersions.unarchive': { answers: managed(templateAdmins, 'BAD_REQUEST') },
  'templateVersions.variables': { answers: inOrganization },
  'templateVersions.externalAuth': { answers: inOrganization },
  'templateVersions.resources': { answers: inOrganization },
  'templateVersions.evaluate': { answers: inOrganization },
  'templateVersions.createDryRun': {
    answers: who('ok', ['NOT_FOUND', ['elsewhere']], ['FORBIDDEN', ['organization-workspace-creation-ban']]),
  },
  'templateVersions.dryRun': { answers: nobodys },
  'templateVersions.dryRunResources': { answers: nobodys },
  'templateVersions.dryRunLogs': { answers: nobodys },
  'templateVersions.dryRunProvisioners': { answers: nobodys },
  'templateVersions.cancelDryRun': { answers: nobodys },

  'workspaces.list': { answers: free, shows: showsPlace },
  'workspaces.create': {
    answers: who('VALIDATION_FAILED', ['FORBIDDEN', ['organization-workspace-creation-ban']]),
    with: ({ narrow }) => ({ user: 'me', name: 'new', template_id: narrow.template.id, ...misplaced }),
  },
  // For somebody else. To those elsewhere the template does not exist.
  'workspaces.createInOrganization': {
    answers: who('FORBIDDEN', ['VALIDATION_FAILED', ['owner', 'organization-admin', 'elsewhere']]),
    with: ({ narrow: { organization, template } }) => ({
      user: 'victim',
      organization,
      name: 'new',
      template_id: template.id,
      ...misplaced,
    }),
  },
  'workspaces.getByName': { answers: seen },
  'workspaces.get': { answers: seen },
  'workspaces.rename': {
    answers: kept(),
    with: ({ place }) => ({ workspace: place.workspace, name: place.name }),
  },
  'workspaces.builds': { answers: seen },
  // What it asks for is refused only to those who may start it.
  'workspaces.createBuild': {
    answers: who(
      'NOT_FOUND',
      ['VALIDATION_FAILED', ['owner', 'organization-admin', 'own', 'use', 'admin']],
      ['FORBIDDEN', readers],
    ),
    with: ({ place }) => ({ workspace: place.workspace, transition: 'start', dry_run: true }),
  },
  'workspaces.updateAutostart': { answers: kept() },
  'workspaces.updateTtl': { answers: kept() },
  'workspaces.extend': { answers: kept() },
  'workspaces.updateAutomaticUpdates': { answers: kept() },
  // A mark in the list of its owner.
  'workspaces.favorite': { answers: who('NOT_FOUND', ['ok', ['own']], ['FORBIDDEN', readers]) },
  'workspaces.unfavorite': { answers: who('NOT_FOUND', ['ok', ['own']], ['FORBIDDEN', readers]) },
  'workspaces.reportUsage': { answers: kept() },
  'workspaces.resolveAutostart': { answers: seen },
  'workspaces.readiness': { answers: seen },
  'workspaces.timings': { answers: seen },
  'workspaces.updateDormancy': { answers: kept() },
  'workspaces.metrics': { answers: free, shows: showsPlace },
  'workspaces.getAcl': { answers: seen },
  // Who manages workspaces without entering them lets nobody in.
  'workspaces.updateAcl': {
    answers: who('NOT_FOUND', ['ok', ['owner', 'own', 'admin']], ['FORBIDDEN', readers]),
    with: ({ place, victim: { id } }) => ({ workspace: place.workspace, user_roles: { [id]: 'use' } }),
    after: (world) => world.share(),
  },
  'workspaces.deleteAcl': { answers: kept(), after: (world) => world.share() },
  'workspaces.portShares': { answers: seen },
  'workspaces.updatePortShare': {
    answers: who('NOT_FOUND', ['VALIDATION_FAILED', ['owner', 'own', 'admin']], ['FORBIDDEN', readers]),
  },
  'workspaces.deletePortShare': {
    answers: kept(),
    async with({ owner, narrow: { template }, place: { workspace } }) {
      const share = { workspace, agent_name: 'main', port: 80 };
      await owner.templates.update({ template: template.id, max_port_share_level: 'organization' });
      await owner.workspaces.updatePortShare({ ...share, share_level: 'organization' });
      return share;
    },
  },

  'builds.get': { answers: seen },
  'builds.getByNumber': { answers: seen },
  'builds.cancel': { answers: kept('CONFLICT') },
  'builds.logs': { answers: seen },
  'builds.parameters': { answers: seen },
  'builds.resources': { answers: seen },
  'builds.timings': { answers: seen },
  'builds.state': { answers: who('NOT_FOUND', ['ok', templateAdmins], ['FORBIDDEN', readers]) },
  'builds.updateState': { answers: who('NOT_FOUND', ['ok', templateAdmins], ['FORBIDDEN', readers]) },

  'agents.find': { answers: free, shows: showsPlace },
  'agents.get': { answers: seen },
  'agents.logs': { answers: seen },
  'agents.listeningPorts': { answers: seen },
  'agents.ports': { answers: seen },
  'agents.stats': { answers: seen },
  'agents.patchAppStatus': { answers: who('UNAUTHENTICATED') },

  'processes.start': { answers: entered() },
  'processes.list': { answers: entered() },
  'processes.get': { answers: entered() },
  'processes.output': { answers: entered() },
  'processes.signal': { answers: entered() },

  'files.stat': { answers: entered() },
  'files.list': { answers: entered() },
  'files.readLines': { answers: entered() },
  'files.readBytes': { answers: entered() },
  'files.write': { answers: entered() },
  'files.edit': { answers: entered() },
  'files.move': { answers: entered() },
  'files.remove': { answers: entered() },
  'files.mkdir': { answers: entered() },
  'files.search': { answers: entered() },
  'files.copy': { answers: entered() },
  'files.createLink': { answers: entered() },

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

async function freshKey({ victim: { client } }: RoleWorld): Promise<object> {
  const { key } = await client.apiKeys.createToken({ user: 'me' });
  return { user: 'victim', key: key.split('-')[0] };
}
