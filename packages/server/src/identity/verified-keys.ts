import { ApiError, expandScopes, type User } from '@coder/api';
import { type Actor, intersectAllowLists, isInGroup } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { loadBelonging } from './belonging.ts';
import { createHeld } from './held.ts';
import { presentUser, selectUsers } from './users-store.ts';

/** A key as it was read, with whom it stands for. */
export type VerifiedKey = {
  readonly hashedSecret: Buffer;
  readonly actor: Actor;
  readonly userStatus: string;
  readonly lifetimeSeconds: number;
  readonly isSession: boolean;
  /** Which resource the key is for; empty for every one of this deployment. */
  readonly audience: string;
  /** These two move on while the key is used; the database follows. */
  expiresAt: Date;
  lastUsed: Date;
};

export type VerifiedKeys = {
  /** The key of this id, from memory if it was read within the last minute; undefined if there is none. */
  find(id: string): Promise<VerifiedKey | undefined>;
  /** A user as answers show it, held in the same way; clients ask who they are more often than anything else. */
  profile(userId: string): Promise<User | undefined>;
  forgetKey(id: string): void;
  forgetUser(userId: string): void;
  /** Everybody in a group; an organization's id stands for all of its members. */
  forgetGroup(groupId: string): void;
  forgetAll(): void;
};

export type VerifiedKeysOptions = {
  db: Db;
  clock: Clock;
  withoutOwnerWorkspaceAccess?: boolean;
  /** Nothing that has been shared is. */
  withoutSharing?: boolean;
};

/** Keys of these logins are sessions, which live on while they are used; tokens and OAuth grants end when they said. */
export const sessionLogins: ReadonlySet<string> = new Set(['password', 'github', 'oidc']);

/**
 * Keys in memory, so that an authenticated request needs no SQL. A revoked key is forgotten on its notification; the short
 * life of an entry bounds what a lost notification could do.
 */
export function createVerifiedKeys(options: VerifiedKeysOptions): VerifiedKeys {
  const { db, clock } = options;

  async function load(id: string): Promise<VerifiedKey | undefined> {
    const row = await db
      .selectFrom('api_keys')
      .innerJoin('users', 'users.id', 'api_keys.user_id')
      .leftJoin('oauth_grants', 'oauth_grants.id', 'api_keys.oauth_grant_id')
      .where('api_keys.id', '=', id)
      .where('users.deleted', '=', false)
      .select([
        'api_keys.hashed_secret',
        'api_keys.login_type',
        'api_keys.token_name',
        'api_keys.scopes',
        'api_keys.allow_list',
        'api_keys.expires_at',
        'api_keys.last_used',
        'api_keys.lifetime_seconds',
        'api_keys.audience',
        'api_keys.oauth_grant_id',
        'oauth_grants.allow_list as grant_allow_list',
        'oauth_grants.scopes as grant_scopes',
        'oauth_grants.expires_at as grant_expires_at',
        'oauth_grants.client_id',
        'oauth_grants.application',
        'users.id as user_id',
        'users.username',
        'users.email',
        'users.status',
        'users.rbac_roles',
      ])
      .executeTakeFirst();
    if (!row) return undefined;
    const { organizations, groups, shares } = await loadBelonging(db, row.user_id);
    const bound = withinGrant(row);
    return {
      hashedSecret: row.hashed_secret,
      userStatus: row.status,
      lifetimeSeconds: row.lifetime_seconds,
      isSession: sessionLogins.has(row.login_type),
      audience: row.audience,
      expiresAt: bound.expiresAt,
      lastUsed: row.last_used,
      actor: {
        user: { id: row.user_id, username: row.username, email: row.email, roles: row.rbac_roles },
        organizations,
        groups,
        shares: options.withoutSharing ? new Map() : shares,
        key: {
          id,
          loginType: row.login_type,
          scopes: row.scopes,
          permissions: bound.permissions,
          allowList: bound.allowList,
          ...applicationOf(row),
          ...(row.token_name === '' ? {} : { tokenName: row.token_name }),
        },
        ...(options.withoutOwnerWorkspaceAccess ? { withoutOwnerWorkspaceAccess: true } : {}),
      },
    };
  }

  const held = createHeld<VerifiedKey>({ load, clock });
  const profiles = createHeld<User>({
    clock,
    async load(id) {
      const row = await selectUsers(db).where('users.id', '=', id).executeTakeFirst();
      return row && presentUser(row);
    },
  });
  return {
    find: held.find,
    profile: profiles.find,
    forgetKey: held.forget,
    forgetUser(userId) {
      held.forgetWhere(({ actor }) => actor.user.id === userId);
      profiles.forget(userId);
    },
    forgetGroup(groupId) {
      held.forgetWhere(({ actor }) => isInGroup(actor, groupId));
      profiles.forgetWhere((user) => user.organization_ids.includes(groupId));
    },
    forgetAll() {
      held.forgetAll();
      profiles.forgetAll();
    },
  };
}

/**
 * What a key amounts to: an application's token, and an API token that an application has made, never do more than the user has
 * allowed the application, and never for longer.
 */
function withinGrant(row: {
  scopes: string[];
  allow_list: string[];
  expires_at: Date;
  grant_scopes: string[] | null;
  grant_allow_list: string[] | null;
  grant_expires_at: Date | null;
}): Pick<Actor['key'], 'permissions' | 'allowList'> & { expiresAt: Date } {
  const { scopes, allow_list: own, expires_at: end } = row;
  const permissions = expandScopes(scopes);
  const { grant_scopes: scopesOfGrant, grant_allow_list: listOfGrant, grant_expires_at: endOfGrant } = row;
  if (!scopesOfGrant || !listOfGrant || !endOfGrant) return { permissions, allowList: own, expiresAt: end };
  const allowed = expandScopes(scopesOfGrant);
  return {
    permissions: bothOf(permissions, allowed),
    // Keys without a list of their own share the grant's, which may grow.
    allowList: own.length === 0 ? listOfGrant : intersectAllowLists(own, listOfGrant),
    expiresAt: new Date(Math.min(end.getTime(), endOfGrant.getTime())),
  };
}

function bothOf(
  one: Actor['key']['permissions'],
  other: Actor['key']['permissions'],
): Actor['key']['permissions'] {
  if (one === 'all') return other;
  return other === 'all' ? one : new Set([...one].filter((permission) => other.has(permission)));
}

/** For which application a key stands, and by which of the user's decisions. */
function applicationOf(row: {
  oauth_grant_id: string | null;
  client_id: string | null;
  application: unknown;
}): Pick<Actor['key'], 'application'> {
  if (row.oauth_grant_id === null || row.client_id === null) return {};
  const { name } = (row.application ?? {}) as { name?: string };
  return { application: { id: row.client_id, name: name ?? row.client_id, grantId: row.oauth_grant_id } };
}

/** 401 with the sentence everybody knows and the technical reason beside it. */
export function unauthenticated(detail: string): ApiError {
  return new ApiError('UNAUTHENTICATED', { detail });
}
