import type { ErrorCode } from '@coder/api';
import type { NarrowWorld, Place } from './narrow-world.ts';

/** How a call ends: in an answer, or in an error of the registry. */
export type Outcome = 'ok' | ErrorCode;

/**
 * What must happen to a route of the contract.
 * - `look`: for a token that may look, and only at workspace `a`.
 * - `whole`: for a token with every scope of its user, but whose allow list names only `a`.
 * - `member`: for the session of a member without a role who has nothing to do with `a`.
 *
 * A row says what the route is called with. `at` is for what concerns one workspace: the outcomes are those at `a`, and
 * everywhere else there must be nothing, in the same words as about an id that nothing has. `of` is for what concerns one
 * user, in the same way: the outcomes are those of the caller. `with` is for everything else.
 */
export type RouteRow = { look: Outcome; whole: Outcome; member: Outcome } & (
  | {
      at: (place: Place, world: NarrowWorld) => object;
      /** What the same words are, where they are not NOT_FOUND: an empty list. */
      elsewhere?: Outcome;
    }
  | { of: (user: string, world: NarrowWorld) => object }
  | { with: ((world: NarrowWorld) => object) | object }
);

/** What "look" stands for, as an API token asks for it. */
export const lookScopes = ['workspace:read', 'template:read', 'file:read', 'user:read', 'organization:read'];

const free = { look: 'ok', whole: 'ok', member: 'ok' } as const;
/** Reading of a workspace. */
const seen = { look: 'ok', whole: 'ok', member: 'NOT_FOUND' } as const;
/** Change of a workspace, or anything inside it. */
const kept = { look: 'INSUFFICIENT_SCOPE', whole: 'ok', member: 'NOT_FOUND' } as const;
/** What an allow list of workspaces leaves nothing of. */
const shut = { look: 'INSUFFICIENT_SCOPE', whole: 'INSUFFICIENT_SCOPE', member: 'FORBIDDEN' } as const;
/** What takes a person, and no token. */
const decided = { look: 'SESSION_REQUIRED', whole: 'SESSION_REQUIRED', member: 'ok' } as const;
/** What nobody may do to themselves. */
const self = { look: 'INSUFFICIENT_SCOPE', whole: 'FORBIDDEN', member: 'FORBIDDEN' } as const;
/** What members of an organization see of it; no scope that can be asked for by itself carries it. */
const listed = { look: 'INSUFFICIENT_SCOPE', whole: 'ok', member: 'ok' } as const;
/** What belongs to an account, which a session of its own may read and change. */
const account = { look: 'INSUFFICIENT_SCOPE', whole: 'INSUFFICIENT_SCOPE', member: 'ok' } as const;

const workspace = { at: ({ workspace: id }: Place) => ({ workspace: id }) };
const build = { at: ({ build: id }: Place) => ({ build: id }) };
const agent = { at: ({ agent: id }: Place) => ({ agent: id }) };
const inAgent = (fields: object) => ({ at: ({ agent: id }: Place) => ({ agent: id, ...fields }) });
const process = (fields: object = {}) => ({
  at: ({ agent: id, process }: Place) => ({ agent: id, process, ...fields }),
});
const notes = { path: '~/notes.txt' };
const template = (fields: object = {}) => ({
  with: (world: NarrowWorld) => ({ template: world.template.id, ...fields }),
});
const version = (fields: object = {}) => ({
  with: (world: NarrowWorld) => ({ version: world.template.version, ...fields }),
});
const user = (fields: object = {}) => ({ of: (ref: string) => ({ user: ref, ...fields }) });
const organization = (fields: object = {}) => ({
  with: ({ organization: id }: NarrowWorld) => ({ organization: id, ...fields }),
});
const member = (fields: object = {}) => ({
  of: (ref: string, { organization: id }: NarrowWorld) => ({ user: ref, organization: id, ...fields }),
});
/** The group of all members has the id of its organization. */
const everyone = (fields: object = {}) => ({
  with: ({ organization: id }: NarrowWorld) => ({ group: id, ...fields }),
});
const absent = '00000000-0000-4000-8000-000000000000';
const midnight = (daysAgo: number) =>
  `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
const today = { start_time: midnight(1), end_time: midnight(0) };
const noApp = { with: { app: absent } };
const noDryRun = version({ job: absent });
const firstVersion = {
  with: ({ organization, template: { name } }: NarrowWorld) => ({ organization, name, version: 'one' }),
};
const nothing = { look: 'NOT_FOUND', whole: 'NOT_FOUND', member: 'NOT_FOUND' } as const;

/** One row for each route of the contract, in its order; a route without one fails the test. */
export const routeRows: Record<string, RouteRow> = {
  'deployment.buildInfo': { with: {}, ...free },
  'deployment.experiments': { with: {}, ...free },
  'deployment.availableExperiments': { with: {}, ...free },
  'deployment.scopes': { with: {}, ...free },
  'deployment.appHost': { with: {}, ...free },
  'deployment.audit': { with: {}, ...shut },
  'deployment.activity': { ...user(), ...account },
  'deployment.greeting': { with: {}, ...free },
  'deployment.config': { with: {}, ...shut },
  'deployment.stats': { with: {}, ...shut },
  'deployment.sshConfig': { with: {}, ...free },
  'deployment.updateCheck': { with: {}, ...free },
  'deployment.regions': { with: {}, ...free },
  'deployment.checkAuthorization': { with: { checks: {} }, ...free },
  'health.report': { with: {}, ...shut },
  'health.settings': { with: {}, ...shut },
  'health.updateSettings': { with: { dismissed_healthchecks: [] }, ...shut },
  'provisioners.daemons': { with: ({ organization }) => ({ organization }), ...account },
  'provisioners.jobs': {
    with: ({ organization }) => ({ organization }),
    look: 'INSUFFICIENT_SCOPE',
    whole: 'ok',
    member: 'FORBIDDEN',
  },
  'provisioners.job': {
    with: ({ organization }) => ({ organization, job: absent }),
    look: 'INSUFFICIENT_SCOPE',
    whole: 'NOT_FOUND',
    member: 'FORBIDDEN',
  },
  'insights.daus': { with: {}, ...shut },
  'insights.templateDaus': { ...template(), ...shut },
  'insights.userActivity': { with: today, ...shut },
  'insights.templates': { with: today, ...shut },
  'insights.userStatusCounts': { with: {}, ...shut },

  'users.hasFirst': { with: {}, ...free },
  'users.createFirst': {
    with: { email: 'eve@example.com', username: 'eve', password: 'a password of hers' },
    look: 'CONFLICT',
    whole: 'CONFLICT',
    member: 'CONFLICT',
  },
  'users.authMethods': { with: {}, ...free },
  'users.login': {
    with: { email: 'eve@example.com', password: 'a guess' },
    look: 'BAD_CREDENTIALS',
    whole: 'BAD_CREDENTIALS',
    member: 'BAD_CREDENTIALS',
  },
  'users.list': { with: {}, ...free },
  'users.create': {
    with: { email: 'eve@example.com', username: 'eve', password: 'a password of hers' },
    ...shut,
  },
  'users.roles': { with: {}, ...free, look: 'INSUFFICIENT_SCOPE' },
  'users.get': { ...user(), ...free },
  'users.delete': { ...user(), ...self },
  'users.updateProfile': {
    of: (ref) => ({ user: ref, username: ref === 'bob' ? 'bob' : 'ada', name: '' }),
    ...shut,
    member: 'ok',
  },
  'users.suspend': { ...user(), ...self },
  'users.activate': { ...user(), ...shut },
  'users.updatePassword': {
    ...user({ password: 'a new password', old_password: 'wrong' }),
    ...shut,
    member: 'VALIDATION_FAILED',
  },
  'users.getRoles': { ...user(), ...free },
  'users.updateRoles': { ...user({ roles: ['owner'] }), ...self },
  'users.organizations': { ...user(), ...free },
  'users.validatePassword': { with: { password: 'a guess' }, ...free },
  'users.loginType': { ...user(), ...account, whole: 'ok' },
  'users.appearance': { ...user(), ...account, whole: 'ok' },
  'users.updateAppearance': { ...user({ theme_preference: 'dark' }), ...account },
  'users.preferences': { ...user(), ...account, whole: 'ok' },
  'users.updatePreferences': { ...user({ task_notification_alert_dismissed: true }), ...account },
  'users.autofillParameters': {
    of: (ref, { template: { id } }) => ({ user: ref, template_id: id }),
    ...free,
  },
  'users.organizationByName': { ...member(), ...free },

  'organizations.list': { with: {}, ...free },
  'organizations.get': { with: ({ organization }) => ({ organization }), ...free },
  'organizations.create': { with: { name: 'theirs' }, ...shut },
  'organizations.update': { ...organization({ description: 'changed' }), ...shut },
  'organizations.delete': { ...organization(), ...shut },
  'organizations.members': { ...organization(), ...listed },
  'organizations.paginatedMembers': { ...organization(), ...listed },
  'organizations.memberRoles': { ...organization(), ...listed },
  'organizations.getMember': { ...member(), ...listed },
  'organizations.availableUsers': { ...organization({ user: 'me' }), ...shut },
  'organizations.addMember': { ...member(), ...shut },
  'organizations.removeMember': { ...member(), ...shut },
  'organizations.updateMemberRoles': { ...member({ roles: ['organization-admin'] }), ...shut },

  'groups.list': { with: {}, ...listed },
  'groups.listInOrganization': { ...organization(), ...listed },
  'groups.create': { ...organization({ name: 'theirs' }), ...shut },
  'groups.getByName': { ...organization({ name: 'Everyone' }), ...listed, whole: 'NOT_FOUND' },
  'groups.get': { ...everyone(), ...listed, whole: 'NOT_FOUND' },
  'groups.members': { ...everyone(), ...listed, whole: 'NOT_FOUND' },
  'groups.update': { ...everyone({ quota_allowance: 0 }), ...shut, whole: 'NOT_FOUND' },
  'groups.delete': { ...everyone(), ...shut, whole: 'NOT_FOUND' },

  // They count the workspaces of a user or a group, of which the token may know one.
  'quotas.credits': { ...member(), ...listed, whole: 'INSUFFICIENT_SCOPE' },
  'quotas.creditsInDefault': { ...user(), ...listed, whole: 'INSUFFICIENT_SCOPE' },
  'quotas.getMember': { ...member(), ...listed, whole: 'INSUFFICIENT_SCOPE' },
  'quotas.updateMember': { ...member({ limits: { workspaces: 9 } }), ...shut },
  'quotas.getGroup': { ...everyone(), ...listed, whole: 'INSUFFICIENT_SCOPE' },
  'quotas.updateGroup': { ...everyone({ member_limits: {} }), ...shut },

  'apiKeys.createSession': { ...user(), ...account },
  'apiKeys.createToken': { ...user({ token_name: 'made' }), ...account },
  'apiKeys.listTokens': { ...user(), ...account },
  'apiKeys.tokenConfig': { with: { user: 'me' }, ...free },
  'apiKeys.getToken': { ...user({ name: 'made' }), ...account, whole: 'NOT_FOUND' },
  'apiKeys.get': { ...user({ key: 'none' }), look: 'NOT_FOUND', whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'apiKeys.delete': { ...user({ key: 'none' }), ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'apiKeys.expire': { ...user({ key: 'none' }), ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },

  'templates.list': { with: {}, ...free },
  'templates.listInOrganization': { with: ({ organization }) => ({ organization }), ...free },
  'templates.create': {
    with: ({ organization, template: { version: id } }) => ({
      organization,
      name: 'another',
      template_version_id: id,
    }),
    ...shut,
  },
  'templates.getByName': {
    with: ({ organization, template: { name } }) => ({ organization, name }),
    ...free,
  },
  'templates.get': { ...template(), ...free },
  'templates.update': { ...template({ description: 'changed' }), ...shut },
  'templates.delete': { ...template(), ...shut },
  'templates.versions': { ...template(), ...free },
  'templates.activateVersion': {
    with: ({ template: { id, version: versionId } }) => ({ template: id, id: versionId }),
    ...shut,
  },
  'templates.versionByName': { ...template({ name: 'one' }), ...free },
  'templates.examples': { with: {}, ...free },
  'templates.examplesInOrganization': { with: ({ organization }) => ({ organization }), ...free },
  'templates.versionInOrganization': { ...firstVersion, ...free },
  'templates.previousVersion': { ...firstVersion, ...nothing },
  'templates.archiveVersions': { ...template(), ...shut },

  'templateVersions.create': {
    with: ({ organization, template: { file } }) => ({ organization, file_id: file }),
    ...shut,
  },
  'templateVersions.get': { ...version(), ...free },
  'templateVersions.update': { ...version({ message: 'changed' }), ...shut },
  'templateVersions.parameters': { ...version(), ...free },
  'templateVersions.presets': { ...version(), ...free },
  'templateVersions.logs': { ...version(), ...free },
  'templateVersions.cancel': { ...version(), ...shut },
  'templateVersions.archive': { ...version(), ...shut },
  'templateVersions.unarchive': { ...version(), ...shut },
  'templateVersions.variables': { ...version(), ...free },
  'templateVersions.externalAuth': { ...version(), ...free },
  'templateVersions.resources': { ...version(), ...free },
  'templateVersions.evaluate': { ...version({ id: 1, inputs: {} }), ...free },
  'templateVersions.createDryRun': { ...version(), ...account },
  'templateVersions.dryRun': { ...noDryRun, ...nothing },
  'templateVersions.dryRunResources': { ...noDryRun, ...nothing },
  'templateVersions.dryRunLogs': { ...noDryRun, ...nothing },
  'templateVersions.dryRunProvisioners': { ...noDryRun, ...nothing },
  'templateVersions.cancelDryRun': { ...noDryRun, ...nothing, look: 'INSUFFICIENT_SCOPE' },

  'workspaces.list': { with: {}, ...free },
  'workspaces.create': {
    of: (ref, { template: { id } }) => ({ user: ref, name: 'new', template_id: id }),
    ...account,
  },
  'workspaces.createInOrganization': {
    of: (ref, { organization, template: { id } }) => ({
      user: ref,
      organization,
      name: 'newer',
      template_id: id,
    }),
    ...account,
  },
  'workspaces.getByName': { at: ({ owner, name }) => ({ user: owner, name }), ...seen },
  'workspaces.get': { ...workspace, ...seen },
  'workspaces.rename': { at: ({ workspace: id }) => ({ workspace: id, name: 'alpha' }), ...kept },
  'workspaces.builds': { ...workspace, ...seen },
  'workspaces.updateAutostart': { at: ({ workspace: id }) => ({ workspace: id, schedule: null }), ...kept },
  'workspaces.updateTtl': { at: ({ workspace: id }) => ({ workspace: id, ttl_ms: 86_400_000 }), ...kept },
  'workspaces.extend': {
    at: ({ workspace: id }) => ({
      workspace: id,
      deadline: new Date(Date.now() + 7_200_000).toISOString(),
    }),
    ...kept,
  },
  'workspaces.updateAutomaticUpdates': {
    at: ({ workspace: id }) => ({ workspace: id, automatic_updates: 'never' }),
    ...kept,
  },
  'workspaces.getAcl': { ...workspace, ...seen },
  'workspaces.updateAcl': {
    at: ({ workspace: id }, { member: { id: other } }) => ({ workspace: id, user_roles: { [other]: '' } }),
    ...kept,
  },
  'workspaces.deleteAcl': { ...workspace, ...kept },
  'workspaces.portShares': { ...workspace, ...seen },
  // Which agents there are is told to who may share it.
  'workspaces.updatePortShare': {
    at: ({ workspace: id }) => ({ workspace: id, agent_name: 'none', port: 80, share_level: 'public' }),
    ...kept,
    whole: 'VALIDATION_FAILED',
  },
  // It is not shared.
  'workspaces.deletePortShare': {
    at: ({ workspace: id }) => ({ workspace: id, agent_name: 'main', port: 80 }),
    ...kept,
    whole: 'NOT_FOUND',
  },
  'workspaces.favorite': { ...workspace, ...kept },
  'workspaces.unfavorite': { ...workspace, ...kept },
  'workspaces.reportUsage': { ...workspace, ...kept },
  'workspaces.resolveAutostart': { ...workspace, ...seen },
  'workspaces.readiness': { ...workspace, ...seen },
  'workspaces.metrics': { with: {}, ...free },
  'workspaces.timings': { ...workspace, ...seen },
  'workspaces.updateDormancy': { at: ({ workspace: id }) => ({ workspace: id, dormant: false }), ...kept },

  'builds.get': { ...build, ...seen },
  'builds.getByNumber': { at: ({ owner, name }) => ({ user: owner, name, number: 1 }), ...seen },
  'builds.cancel': { ...build, ...kept, whole: 'CONFLICT' },
  'builds.logs': { ...build, ...seen },
  'builds.parameters': { ...build, ...seen },
  'builds.resources': { ...build, ...seen },
  'builds.timings': { ...build, ...seen },
  'builds.state': { ...build, ...kept, whole: 'INSUFFICIENT_SCOPE' },
  'builds.updateState': {
    at: ({ build: id }) => ({ build: id, state: 'e30=' }),
    ...kept,
    whole: 'INSUFFICIENT_SCOPE',
  },

  'agents.find': {
    at: ({ owner, name }) => ({ owner, workspace: name }),
    ...seen,
    elsewhere: 'ok',
    member: 'ok',
  },
  'agents.get': { ...agent, ...seen },
  'agents.logs': { ...agent, ...seen },
  'agents.listeningPorts': { ...agent, ...seen },
  'agents.ports': { ...agent, ...seen },
  'agents.stats': { ...agent, ...seen },
  // For the token of an agent, which none of these is.
  'agents.patchAppStatus': {
    with: { app_slug: 'site', message: 'hello', state: 'working', uri: '' },
    look: 'UNAUTHENTICATED',
    whole: 'UNAUTHENTICATED',
    member: 'UNAUTHENTICATED',
  },

  'processes.start': { ...inAgent({ id: 'started', command: 'true' }), ...kept },
  'processes.list': { ...agent, ...kept },
  'processes.get': { ...process(), ...kept },
  'processes.output': { ...process(), ...kept },
  'processes.signal': { ...process({ signal: 'USR1' }), ...kept },

  'files.stat': { ...inAgent(notes), ...kept },
  'files.list': { ...inAgent({ path: '~' }), ...kept },
  'files.readLines': { ...inAgent(notes), ...kept },
  'files.readBytes': { ...inAgent(notes), ...kept },
  'files.write': { ...inAgent({ path: '~/written.txt', content: 'one\n' }), ...kept },
  'files.edit': {
    ...inAgent({
      files: [{ path: '~/written.txt', edits: [{ old_text: 'one', new_text: 'two' }] }],
    }),
    ...kept,
  },
  'files.move': { ...inAgent({ path: '~/written.txt', destination: '~/moved.txt' }), ...kept },
  'files.remove': { ...inAgent({ path: '~/moved.txt' }), ...kept },
  'files.mkdir': { ...inAgent({ path: '~/folder' }), ...kept },
  'files.search': { ...inAgent({ path: '~', pattern: 'notes of' }), ...kept },
  'files.copy': { ...inAgent({ path: '~/copied.txt', from_path: notes.path, overwrite: true }), ...kept },
  'files.createLink': { ...inAgent({ ...notes, direction: 'download' }), ...kept },

  'oauth2.getInteraction': {
    with: { uid: 'aaaaaaaaaaaaaaaaaaaaa' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.decideInteraction': {
    with: { uid: 'aaaaaaaaaaaaaaaaaaaaa', decision: 'deny' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.getDevice': {
    with: { user_code: 'BBBB-BBBB' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.decideDevice': {
    with: { user_code: 'BBBB-BBBB', decision: 'deny' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.listGrants': { with: {}, ...account },
  'oauth2.revokeGrant': { with: { grant: 'none' }, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },

  'approvals.list': { with: {}, ...account, whole: 'ok' },
  'approvals.getPolicy': { with: {}, ...free },
  'approvals.updatePolicy': { with: { classes: [] }, ...decided, member: 'FORBIDDEN' },
  'approvals.get': { with: { approval: absent }, ...account, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'approvals.approve': { with: { approval: absent }, ...decided, member: 'NOT_FOUND' },
  'approvals.deny': { with: { approval: absent }, ...decided, member: 'NOT_FOUND' },
  'approvals.getUserPolicy': { ...user(), ...account, whole: 'ok' },
  'approvals.updateUserPolicy': { ...user({ classes: [] }), ...decided },

  'oauth2Provider.listApps': { with: {}, ...account },
  'oauth2Provider.createApp': {
    with: { name: 'theirs', redirect_uris: ['https://theirs.example.com/callback'] },
    ...shut,
  },
  'oauth2Provider.getApp': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.updateApp': {
    with: { app: absent, name: 'theirs', redirect_uris: ['https://theirs.example.com/callback'] },
    ...shut,
    whole: 'NOT_FOUND',
    member: 'NOT_FOUND',
  },
  'oauth2Provider.deleteApp': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.listSecrets': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.createSecret': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.deleteSecret': {
    with: { app: absent, secret: absent },
    ...shut,
    whole: 'NOT_FOUND',
    member: 'NOT_FOUND',
  },
  'oauth2Provider.getSettings': { with: {}, ...shut },
  'oauth2Provider.updateSettings': { with: { client_id_metadata_documents_enabled: true }, ...shut },

  // These two end what the others need, so they come last; the workspace is started again after each walk.
  'workspaces.createBuild': {
    at: ({ workspace: id }) => ({ workspace: id, transition: 'stop' }),
    ...kept,
  },
  'users.logout': { with: {}, ...free },
};
