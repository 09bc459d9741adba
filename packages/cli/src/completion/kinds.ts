import type { ApiClient } from '@coder/api';

/** What an argument names, for the shell to offer what there is. */
export type Kind =
  | 'workspace'
  | 'template'
  | 'app'
  | 'connection'
  | 'approval'
  | 'token'
  | 'user'
  | 'organization'
  | 'group';

/** The first argument of each command that takes a thing of the deployment. */
export const argumentKinds: Readonly<Record<string, Kind>> = {
  show: 'workspace',
  start: 'workspace',
  stop: 'workspace',
  restart: 'workspace',
  update: 'workspace',
  delete: 'workspace',
  logs: 'workspace',
  ssh: 'workspace',
  'port-forward': 'workspace',
  rename: 'workspace',
  autoupdate: 'workspace',
  favorite: 'workspace',
  unfavorite: 'workspace',
  'sharing add': 'workspace',
  'sharing remove': 'workspace',
  'sharing status': 'workspace',
  speedtest: 'workspace',
  'open app': 'workspace',
  'open vscode': 'workspace',
  'open dashboard': 'workspace',
  'support bundle': 'workspace',
  stat: 'workspace',
  'state pull': 'workspace',
  'state push': 'workspace',
  ping: 'workspace',
  'schedule show': 'workspace',
  'schedule start': 'workspace',
  'schedule stop': 'workspace',
  'schedule extend': 'workspace',
  'templates push': 'template',
  'templates pull': 'template',
  'templates edit': 'template',
  'templates delete': 'template',
  'templates versions list': 'template',
  'templates versions promote': 'template',
  'tokens remove': 'token',
  'users show': 'user',
  'users suspend': 'user',
  'users activate': 'user',
  'users roles': 'user',
  'users edit-roles': 'user',
  'users reset-password': 'user',
  'users delete': 'user',
  'organizations show': 'organization',
  'organizations delete': 'organization',
  'organizations members add': 'user',
  'organizations members remove': 'user',
  'organizations members edit-roles': 'user',
  'groups edit': 'group',
  'groups members': 'group',
  'groups delete': 'group',
  'approvals show': 'approval',
  'approvals approve': 'approval',
  'approvals deny': 'approval',
  'oauth2-provider apps show': 'app',
  'oauth2-provider apps edit': 'app',
  'oauth2-provider apps delete': 'app',
  'oauth2-provider apps secrets list': 'app',
  'oauth2-provider apps secrets create': 'app',
  'oauth2-provider apps secrets delete': 'app',
  'oauth2-provider connections revoke': 'connection',
};

/** How many of a kind are offered. */
const limit = 100;

/** The names of what there is of each kind. */
export const loaders: Readonly<Record<Kind, (client: ApiClient) => Promise<string[]>>> = {
  workspace: async (client) =>
    (await client.workspaces.list({ q: 'owner:me', limit })).workspaces.map((w) => w.name),
  template: async (client) => (await client.templates.list({ limit })).map((template) => template.name),
  app: async (client) => (await client.oauth2Provider.listApps({ limit })).apps.map((app) => app.name),
  connection: async (client) =>
    (await client.oauth2.listGrants()).grants.map((grant) => grant.application.name),
  approval: async (client) =>
    (await client.approvals.list({ status: 'pending', limit })).approvals.map((approval) => approval.id),
  user: async (client) => (await client.users.list({ limit })).users.map((user) => user.username),
  organization: async (client) =>
    (await client.organizations.list({ limit })).map((organization) => organization.name),
  group: async (client) => [...new Set((await client.groups.list({ limit })).map((group) => group.name))],
  token: async (client) =>
    (await client.apiKeys.listTokens({ user: 'me', limit })).map((token) => token.token_name),
};

/** What the words before the cursor ask for; undefined when they ask for a command, a flag or anything else. */
export function kindOf(words: readonly string[]): Kind | undefined {
  const plain = words.filter((word) => !word.startsWith('-'));
  for (let length = plain.length; length > 0; length--) {
    const kind = argumentKinds[plain.slice(0, length).join(' ')];
    if (kind !== undefined) return kind;
  }
  return undefined;
}
