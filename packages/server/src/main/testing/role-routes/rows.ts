import type { Outcome } from '../narrow-routes/index.ts';
import { type Answers, type Caller, callers, type RoleWorld, who } from '../role-world.ts';

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
export const templateAdmins = [
  'owner',
  'template-admin',
  'organization-admin',
  'organization-template-admin',
] as const;
export const memberAdmins = ['owner', 'user-admin', 'organization-admin', 'organization-user-admin'] as const;
export const userReaders = [...memberAdmins, 'template-admin', 'auditor'] as const;
/** Of what goes on in the workspaces of a template. */
export const insightful = [...templateAdmins, 'auditor', 'organization-auditor'] as const;
/** Of the workspace. */
export const readers = [...templateAdmins, 'own', 'use', 'admin'] as const;

export const free = who('ok');
export const nobodys = who('NOT_FOUND');
export const site = (...allowed: Caller[]) => who('FORBIDDEN', ['ok', allowed]);
/** What every member of the organization may read. */
export const inOrganization = who('ok', ['NOT_FOUND', ['elsewhere']]);
export const managed = (by: readonly Caller[], outcome: Outcome = 'ok') =>
  who('FORBIDDEN', ['NOT_FOUND', ['elsewhere']], [outcome, by]);

/** Reading of the workspace, change of it, and anything inside it. */
export const seen = who('NOT_FOUND', ['ok', readers]);
export const kept = (outcome: Outcome = 'ok') =>
  who('NOT_FOUND', [outcome, ['owner', 'organization-admin', 'own', 'admin']], ['FORBIDDEN', readers]);
export const entered = (outcome: Outcome = 'ok') =>
  who('NOT_FOUND', [outcome, ['owner', 'own', 'use', 'admin']], ['FORBIDDEN', readers]);

/** Of somebody without a role. */
export const readUser = who('NOT_FOUND', ['ok', userReaders]);
export const changeUser = (...by: Caller[]) => who('NOT_FOUND', ['ok', by], ['FORBIDDEN', userReaders]);

export const unique = (caller: Caller) =>
  `by-${caller.replace('organization-workspace', 'workspace')}`.slice(0, 32);
export const passing = (caller: Caller) => `x-${unique(caller)}`.slice(0, 32);
export const account = (username: string) => ({
  username,
  email: `${username}@example.com`,
  login_type: 'none' as const,
});
export const victim = (fields: object = {}) => ({ with: () => ({ user: 'victim', ...fields }) });
export const member = (fields: object = {}) => ({
  with: ({ narrow: { organization } }: RoleWorld) => ({ organization, user: 'victim', ...fields }),
});
export const crew = (fields: object = {}) => ({ with: ({ group }: RoleWorld) => ({ group, ...fields }) });
export const app = (fields: object = {}) => ({ with: ({ app: id }: RoleWorld) => ({ app: id, ...fields }) });
export const redirects = { redirect_uris: ['https://known.example.com/callback'] };
/** Wrong in a way that is looked at only once it is clear that the caller may do it. */
export const misplaced = { rich_parameter_values: [{ name: 'none', value: '1' }] };
export const showsPlace = { text: ({ place }: RoleWorld) => place.workspace, to: readers };
export const showsTemplate = { text: ({ narrow }: RoleWorld) => narrow.template.id, to: inside };
export const showsGroup = { text: ({ group }: RoleWorld) => group, to: inside };
export const showsOrganization = { text: ({ narrow }: RoleWorld) => narrow.organization, to: inside };

export async function freshKey({ victim: { client } }: RoleWorld): Promise<object> {
  const { key } = await client.apiKeys.createToken({ user: 'me' });
  return { user: 'victim', key: key.split('-')[0] };
}
