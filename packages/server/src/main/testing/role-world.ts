import { type ApiClient, createApiClient } from '@coder/api';
import type { Outcome } from './narrow-routes/index.ts';
import { createNarrowWorld, type NarrowWorld, type Place } from './narrow-world.ts';

/**
 * Who calls. Each has the session of a user with that one role; `own` is the owner of the workspace in question, `use` and
 * `admin` have it shared with them, `elsewhere` is a member of another organization and of no other. Suspended users and
 * callers without a token are let in by no route that asks who calls, so that they need no rows.
 */
export const callers = [
  'owner',
  'user-admin',
  'template-admin',
  'auditor',
  'organization-admin',
  'organization-template-admin',
  'organization-user-admin',
  'organization-auditor',
  'organization-workspace-creation-ban',
  'member',
  'own',
  'use',
  'admin',
  'elsewhere',
] as const;
export type Caller = (typeof callers)[number];

/** What each caller is answered. */
export type Answers<O extends string = Outcome> = Readonly<Record<Caller, O>>;

/** Answers by rules, of which the first that names a caller counts; whoever none names gets `otherwise`. */
export function who<O extends string = Outcome>(
  otherwise: O,
  ...rules: (readonly [answer: O, callers: readonly Caller[]])[]
): Answers<O> {
  const answers = callers.map((caller) => [
    caller,
    rules.find(([, named]) => named.includes(caller))?.[0] ?? otherwise,
  ]);
  return Object.fromEntries(answers) as Answers<O>;
}

export type RoleWorld = AsyncDisposable & {
  readonly narrow: NarrowWorld;
  /** The workspace of `own` that all of them try. */
  readonly place: Place;
  /** Of a session. */
  readonly tokens: Readonly<Record<Caller | 'suspended', string>>;
  readonly owner: ApiClient;
  /** Somebody without a role, to whom things are done, with a token and its session. */
  readonly victim: { readonly id: string; readonly client: ApiClient; readonly keyId: string };
  /** Somebody who is made a member of the organization, and no more. */
  readonly newcomer: { readonly id: string; readonly name: string };
  readonly group: string;
  /** An application that an owner has registered. */
  readonly app: string;
  readonly secret: string;
  /** The job that imported the template's version. */
  readonly job: string;
  /** A session of its own that ends with its use. */
  session(caller: Caller): Promise<string>;
  /** Shares the workspace with `use` and `admin`, and with nobody else. */
  share(): Promise<void>;
};

const password = 'one horse battery each';
const email = (name: string) => `${name}@example.com`;

/** A deployment with a user for each role, and a workspace that some of them may reach. */
export async function createRoleWorld(): Promise<RoleWorld> {
  await using undo = new AsyncDisposableStack();
  const narrow = undo.use(await createNarrowWorld());
  const { url, organization, c: place } = narrow;
  const owner = narrow.owner.client;
  const anonymous = createApiClient({ url });
  const login = async (name: string) =>
    (await anonymous.users.login({ email: email(name), password })).session_token;
  const create = (username: string, organizationIds: string[]) =>
    owner.users.create({ username, email: email(username), password, organization_ids: organizationIds });

  const elsewhere = await owner.organizations.create({ name: 'elsewhere' });
  const users = new Map<string, string>();
  for (const caller of callers) {
    if (caller === 'owner' || caller === 'own') continue;
    // A name has no more than 32 characters.
    const username = caller.replace('organization-workspace', 'workspace');
    const { id } = await create(username, [caller === 'elsewhere' ? elsewhere.id : organization]);
    users.set(caller, id);
    if (caller.startsWith('organization-')) {
      await owner.organizations.updateMemberRoles({ organization, user: id, roles: [caller] });
    } else if (['user-admin', 'template-admin', 'auditor'].includes(caller)) {
      await owner.users.updateRoles({ user: id, roles: [caller] });
    }
  }
  const own = narrow.member.client;
  async function share(): Promise<void> {
    const { workspace } = place;
    const { users: shared } = await own.workspaces.getAcl({ workspace });
    await own.workspaces.updateAcl({
      workspace,
      user_roles: {
        ...Object.fromEntries(shared.map(({ id }) => [id, '' as const])),
        [users.get('use') ?? '']: 'use',
        [users.get('admin') ?? '']: 'admin',
      },
    });
  }
  await share();
  const session = (caller: Caller): Promise<string> => {
    if (caller === 'owner') return sessionOf('ada@example.com', 'correct horse battery');
    if (caller === 'own') return sessionOf('bob@example.com', 'another horse battery');
    return login(caller.replace('organization-workspace', 'workspace'));
  };
  const sessionOf = async (address: string, secret: string) =>
    (await anonymous.users.login({ email: address, password: secret })).session_token;

  const tokens: Partial<Record<Caller | 'suspended', string>> = {};
  for (const caller of callers) tokens[caller] = await session(caller);
  const { id: suspended } = await create('suspended', [organization]);
  tokens.suspended = await login('suspended');
  await owner.users.suspend({ user: suspended });

  const { id: victim } = await create('victim', [organization]);
  const client = createApiClient({ url, token: await login('victim') });
  const { key } = await client.apiKeys.createToken({ user: 'me', token_name: 'known' });
  const { id: newcomer } = await create('newcomer', [elsewhere.id]);
  const { id: group } = await owner.groups.create({ organization, name: 'crew' });
  const { id: app } = await owner.oauth2Provider.createApp({
    name: 'known',
    redirect_uris: ['https://known.example.com/callback'],
  });
  const { id: secret } = await owner.oauth2Provider.createSecret({ app });
  const { job } = await owner.templateVersions.get({ version: narrow.template.version });
  const running = undo.move();
  return {
    narrow,
    place,
    tokens: tokens as Record<Caller | 'suspended', string>,
    owner,
    victim: { id: victim, client, keyId: key.split('-')[0] ?? '' },
    newcomer: { id: newcomer, name: 'newcomer' },
    group,
    app,
    secret,
    job: job.id,
    session,
    share,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
