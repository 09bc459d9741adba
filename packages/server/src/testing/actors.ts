import { randomUUID } from 'node:crypto';
import { expandScopes, SCOPE_ALL } from '@coder/api';
import { type Actor, ALLOW_ALL } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { generateApiKey } from '../identity/index.ts';
import { ensureDefaultOrganization } from '../organizations/index.ts';

export type TestUserOptions = {
  username?: string;
  /** Site roles. */
  roles?: string[];
  /** Roles in the organization. */
  organizationRoles?: string[];
  /** What the user's key carries; everything by default. */
  scopes?: string[];
  allowList?: string[];
  /** The key is the user's own session, and not a token. */
  session?: boolean;
};

export type TestUser = {
  user: { id: string; username: string; email: string };
  organizationId: string;
  actor: Actor;
  /** The secret of the key, as a client sends it. */
  token: string;
};

let count = 0;

/** Puts a user with a key into the database, as a member of the default organization, which is made when it is missing. */
export async function testUser(db: Db, options: TestUserOptions = {}): Promise<TestUser> {
  count += 1;
  const now = new Date('2026-01-02T03:04:05.000Z');
  const username = options.username ?? `user-${count}`;
  const user = { id: randomUUID(), username, email: `${username}@example.com` };
  const organizationId = await db.transaction().execute((trx) => ensureDefaultOrganization(trx, now));
  const key = generateApiKey();
  await db
    .insertInto('users')
    .values({
      ...user,
      status: 'active',
      login_type: 'password',
      rbac_roles: options.roles ?? [],
      created_at: now,
      updated_at: now,
      last_seen_at: now,
    })
    .execute();
  await db
    .insertInto('organization_members')
    .values({
      user_id: user.id,
      organization_id: organizationId,
      roles: options.organizationRoles ?? [],
      created_at: now,
      updated_at: now,
    })
    .execute();
  const actor = testActor({ ...options, user, organizationId, keyId: key.id });
  await db
    .insertInto('api_keys')
    .values({
      id: key.id,
      hashed_secret: key.hashedSecret,
      user_id: user.id,
      login_type: actor.key.loginType,
      token_name: options.session ? '' : 'test',
      lifetime_seconds: 3_600,
      scopes: [...actor.key.scopes],
      allow_list: [...actor.key.allowList],
      last_used: now,
      expires_at: new Date('2126-01-01T00:00:00.000Z'),
      created_at: now,
      updated_at: now,
    })
    .execute();
  return { user, organizationId, actor, token: key.key };
}

/** An actor that is in no database, for tests of decisions alone. */
export function testActor(
  options: TestUserOptions & {
    user?: TestUser['user'];
    organizationId?: string;
    keyId?: string;
  } = {},
): Actor {
  const id = randomUUID();
  const scopes = options.scopes ?? [SCOPE_ALL];
  const user = options.user ?? { id, username: 'someone', email: 'someone@example.com' };
  return {
    user: { ...user, roles: options.roles ?? [] },
    organizations: new Map(
      options.organizationId === undefined ? [] : [[options.organizationId, options.organizationRoles ?? []]],
    ),
    key: {
      id: options.keyId ?? 'testtest01',
      loginType: options.session ? 'password' : 'token',
      scopes,
      permissions: expandScopes(scopes),
      allowList: options.allowList ?? [ALLOW_ALL],
    },
  };
}
