import { ApiError, SCOPE_ALL } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, ALLOW_ALL, authorize, authorizeNew, isOwnSession } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, notify } from '../database/index.ts';
import { generateApiKey } from './api-key-format.ts';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';
import { mayKnowOfUser } from './user-guards.ts';
import { findUser, selectUsers, type UserRow, userNotFound } from './users-store.ts';
import type { VerifiedKeys } from './verified-keys.ts';

type Session = { token: string; keyId: string; user: { id: string; username: string; email: string } };

export type Sessions = {
  /** Signs in with a password. Throws BAD_CREDENTIALS, in the same time whether or not the user exists. */
  login(credentials: { email: string; password: string }, ip: string): Promise<Session>;
  /** Ends the key that asks. */
  logout(actor: Actor): Promise<void>;
  /** Another session for who is signed in, without the password. Throws for a token, which would outlive itself so. */
  create(actor: Actor, ref: string, ip: string): Promise<Session>;
  readonly lifetimeSeconds: number;
};

export type SessionsOptions = { db: Db; clock: Clock; keys: VerifiedKeys; sessionDurationMs: number };

export function createSessions({ db, clock, keys, sessionDurationMs }: SessionsOptions): Sessions {
  const lifetimeSeconds = Math.floor(sessionDurationMs / 1_000);

  async function insert(on: Db, row: UserRow, ip: string): Promise<Session> {
    const { id: keyId, key, hashedSecret } = generateApiKey();
    const now = clock.now();
    await on
      .insertInto('api_keys')
      .values({
        id: keyId,
        hashed_secret: hashedSecret,
        user_id: row.id,
        login_type: row.login_type === 'none' ? 'password' : row.login_type,
        lifetime_seconds: lifetimeSeconds,
        scopes: [SCOPE_ALL],
        allow_list: [ALLOW_ALL],
        ip_address: ip,
        last_used: now,
        expires_at: new Date(now.getTime() + lifetimeSeconds * 1_000),
        created_at: now,
        updated_at: now,
      })
      .execute();
    return { token: key, keyId, user: { id: row.id, username: row.username, email: row.email } };
  }

  return {
    lifetimeSeconds,

    async login({ email, password }, ip) {
      const row = await selectUsers(db)
        .where(sql`lower(users.email)`, '=', email.trim().toLowerCase())
        .executeTakeFirst();
      const hash = row?.login_type === 'password' ? row.hashed_password : undefined;
      if (!(await verifyPassword(password, hash)) || !row || !hash) throw new ApiError('BAD_CREDENTIALS');
      if (row.status === 'suspended') {
        throw new ApiError('UNAUTHENTICATED', {
          message: 'Your account is suspended. Contact an admin to reactivate it.',
        });
      }
      const rehashed = needsRehash(hash) ? { hashed_password: await hashPassword(password) } : {};
      return inTransaction(db, async (trx) => {
        const now = clock.now();
        const { numUpdatedRows } = await trx
          .updateTable('users')
          .set({ status: 'active', last_seen_at: now, updated_at: now, ...rehashed })
          .where('id', '=', row.id)
          // Somebody may have suspended the user, or changed the password, while the hash was computed.
          .where('status', '<>', 'suspended')
          .where('hashed_password', '=', hash)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw new ApiError('BAD_CREDENTIALS');
        return insert(trx, row, ip);
      });
    },

    async logout(actor) {
      const { id } = actor.key;
      await inTransaction(db, async (trx) => {
        await trx.deleteFrom('api_keys').where('id', '=', id).execute();
        await notify(trx, 'api_key_changed', id);
      });
      keys.forgetKey(id);
    },

    async create(actor, ref, ip) {
      authorizeNew(actor, 'api_key');
      const row = await findUser(db, ref, actor.user.id);
      if (!row || !mayKnowOfUser(actor, row.id)) throw userNotFound(ref);
      authorize(actor, 'create', { type: 'api_key', ownerId: row.id });
      if (!isOwnSession(actor)) {
        throw new ApiError('FORBIDDEN', {
          message: 'A token cannot make a session, which would live on when the token has ended.',
          detail:
            'Sign in yourself for a session, or make an API token: coder tokens create, or POST /users/{user}/keys/tokens.',
        });
      }
      return insert(db, row, ip);
    },
  };
}
