import { ApiError, type ApiKey, SCOPE_APPLICATION_CONNECT } from '@coder/api';
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { type Actor, authorize, authorizeNew, visible, visibleSql } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import {
  type Db,
  inTransaction,
  isUniqueViolation,
  notify,
  sqlState,
  type Tables,
} from '../database/index.ts';
import { generateApiKey } from './api-key-format.ts';
import { type CreateToken, checkTokenRequest, type TokenLimits } from './token-request.ts';
import { mayKnowOfUser } from './user-guards.ts';
import { findUser, type UserRow, userNotFound } from './users-store.ts';
import { unauthenticated, type VerifiedKeys } from './verified-keys.ts';

type Row = Selectable<Tables['api_keys']> & { grant_allow_list: string[] | null };

type CreatedToken = { key: string; id: string; name: string; scopes: string[]; allowList: string[] };

export type ApiKeys = {
  /** Makes a token; it is shown this once. Throws VALIDATION_FAILED, INSUFFICIENT_SCOPE or CONFLICT (the name). */
  createToken(actor: Actor, ref: string, input: CreateToken, ip: string): Promise<CreatedToken>;
  /** The youngest first, as many as a page has. */
  list(
    actor: Actor,
    ref: string,
    query: { includeAll: boolean; includeExpired: boolean; limit: number; offset: number },
  ): Promise<(ApiKey & { username: string })[]>;
  getByName(actor: Actor, ref: string, name: string): Promise<ApiKey>;
  get(actor: Actor, ref: string, id: string): Promise<ApiKey>;
  delete(actor: Actor, ref: string, id: string): Promise<ApiKey>;
  /** Ends a key now; it stays listed as expired. */
  expire(actor: Actor, ref: string, id: string): Promise<ApiKey>;
  /** The longest life a token may have, in nanoseconds. */
  maxLifetime(): number;
};

export type ApiKeysOptions = { db: Db; clock: Clock; keys: VerifiedKeys; limits: TokenLimits };

export function createApiKeys({ db, clock, keys, limits }: ApiKeysOptions): ApiKeys {
  const selectKeys = () =>
    db
      .selectFrom('api_keys')
      .leftJoin('oauth_grants', 'oauth_grants.id', 'api_keys.oauth_grant_id')
      .selectAll('api_keys')
      .select('oauth_grants.allow_list as grant_allow_list');

  async function userOf(actor: Actor, ref: string): Promise<UserRow> {
    const row = await findUser(db, ref, actor.user.id);
    if (!row || !mayKnowOfUser(actor, row.id)) throw userNotFound(ref);
    return row;
  }

  /**
   * The decision of the user that a token hangs on which an application makes: it ends with it, on whatever way that ends.
   * A decision that has just ended makes nothing more.
   */
  async function grantOf({ key }: Actor): Promise<{ id: string; expires_at: Date } | undefined> {
    if (!key.application) return undefined;
    const row = await db
      .selectFrom('oauth_grants')
      .where('id', '=', key.application.grantId)
      .select(['id', 'expires_at'])
      .executeTakeFirst();
    if (!row) throw disconnected();
    return row;
  }

  async function find(
    actor: Actor,
    action: 'read' | 'delete',
    ref: string,
    by: { id: string } | { name: string },
  ): Promise<Row> {
    const user = await userOf(actor, ref);
    const query = selectKeys().where('api_keys.user_id', '=', user.id);
    const row = await ('id' in by
      ? query.where('api_keys.id', '=', by.id)
      : query.where(sql`lower(token_name)`, '=', by.name.toLowerCase()).where('login_type', '=', 'token')
    ).executeTakeFirst();
    const label = 'id' in by ? by.id : by.name;
    if (!row) throw new ApiError('NOT_FOUND', { message: `There is no API key ${JSON.stringify(label)}.` });
    // A token may read its own record, so that its holder can know what it may do.
    if (action === 'read' && row.id === actor.key.id) return row;
    authorize(actor, action, { type: 'api_key', id: row.id, ownerId: row.user_id });
    return row;
  }

  return {
    maxLifetime: () => limits.maxLifetimeMs * 1e6,

    async createToken(actor, ref, input, ip) {
      authorizeNew(actor, 'api_key');
      const user = await userOf(actor, ref);
      authorize(actor, 'create', { type: 'api_key', ownerId: user.id });
      const now = clock.now();
      const grant = await grantOf(actor);
      const { scopes, allowList, lifetimeSeconds } = checkTokenRequest(actor, input, limits, {
        now,
        until: grant?.expires_at,
      });
      const { id, key, hashedSecret } = generateApiKey();
      const name = input.token_name ?? `token-${id.toLowerCase()}`;
      try {
        await db
          .insertInto('api_keys')
          .values({
            id,
            hashed_secret: hashedSecret,
            user_id: user.id,
            login_type: 'token',
            token_name: name,
            lifetime_seconds: lifetimeSeconds,
            scopes,
            // Without a list of its own it shares that of the grant.
            allow_list: grant && !input.allow_list?.length ? [] : allowList,
            oauth_grant_id: grant?.id ?? null,
            ip_address: ip,
            last_used: now,
            expires_at: new Date(now.getTime() + lifetimeSeconds * 1_000),
            created_at: now,
            updated_at: now,
          })
          .execute();
      } catch (error) {
        // The application was disconnected in this moment.
        if (sqlState(error) === foreignKeyViolation) throw disconnected();
        if (!isUniqueViolation(error, 'api_keys_token_name')) throw error;
        throw new ApiError('CONFLICT', {
          message: `A token with the name "${name}" already exists.`,
          validations: [{ field: 'token_name', detail: 'this name is already in use' }],
          cause: error,
        });
      }
      return { key, id, name, scopes, allowList };
    },

    async list(actor, ref, { includeAll, includeExpired, limit, offset }) {
      const user = await userOf(actor, ref);
      if (!includeAll) authorize(actor, 'read', { type: 'api_key', ownerId: user.id });
      const rows = await selectKeys()
        .innerJoin('users', 'users.id', 'api_keys.user_id')
        .where('users.deleted', '=', false)
        .where('api_keys.login_type', '=', 'token')
        .where(
          includeAll
            ? visibleSql(visible(actor, 'api_key'), { id: 'api_keys.id', owner: 'api_keys.user_id' })
            : sql<boolean>`api_keys.user_id = ${user.id}`,
        )
        .$if(!includeExpired, (query) => query.where('api_keys.expires_at', '>', clock.now()))
        .orderBy('api_keys.created_at', 'desc')
        .orderBy('api_keys.id')
        .limit(limit)
        .offset(offset)
        .select('users.username')
        .execute();
      return rows.map((row) => ({ ...presentApiKey(row), username: row.username }));
    },

    getByName: async (actor, ref, name) => presentApiKey(await find(actor, 'read', ref, { name })),
    get: async (actor, ref, id) => presentApiKey(await find(actor, 'read', ref, { id })),

    async delete(actor, ref, id) {
      const row = await find(actor, 'delete', ref, { id });
      await inTransaction(db, async (trx) => {
        await trx.deleteFrom('api_keys').where('id', '=', row.id).execute();
        await notify(trx, 'api_key_changed', row.id);
      });
      keys.forgetKey(row.id);
      return presentApiKey(row);
    },

    async expire(actor, ref, id) {
      const row = await find(actor, 'delete', ref, { id });
      const now = clock.now();
      if (row.expires_at <= now) return presentApiKey(row);
      await inTransaction(db, async (trx) => {
        await trx
          .updateTable('api_keys')
          .set({ expires_at: now, updated_at: now })
          .where('id', '=', row.id)
          .execute();
        await notify(trx, 'api_key_changed', row.id);
      });
      keys.forgetKey(row.id);
      return presentApiKey({ ...row, expires_at: now, updated_at: now });
    },
  };
}

const foreignKeyViolation = '23503';
const disconnected = () => unauthenticated('The application is not connected any more.');

function presentApiKey(row: Row): ApiKey {
  const onlyApps = row.scopes.length === 1 && row.scopes[0] === SCOPE_APPLICATION_CONNECT;
  return {
    id: row.id,
    user_id: row.user_id,
    last_used: row.last_used.toISOString(),
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    login_type: row.login_type as ApiKey['login_type'],
    // The older field knows only two values; `scopes` says it exactly.
    scope: onlyApps ? 'application_connect' : 'all',
    scopes: row.scopes,
    token_name: row.token_name,
    lifetime_seconds: row.lifetime_seconds,
    allow_list: row.allow_list.length === 0 ? (row.grant_allow_list ?? []) : row.allow_list,
  };
}
