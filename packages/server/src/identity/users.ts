import { randomUUID } from 'node:crypto';
import { ApiError, type createUserSchema, type User } from '@coder/api';
import type * as z from 'zod';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction } from '../database/index.ts';
import { type Change, createChangeUser, type Decide } from './change-user.ts';
import { passwordJustChanged, refuseNewPassword } from './new-password.ts';
import { addMember, insertUser, nameTaken, organizationsFor } from './new-user.ts';
import { hashPassword } from './password.ts';
import { authorizeOnUser, refuseReservedName } from './user-guards.ts';
import { refuseRoleChange, storedRoles } from './user-roles.ts';
import { searchUsers, type UsersQuery } from './users-search.ts';
import { findUser, presentUser, selectUsers, type UserRow, userNotFound } from './users-store.ts';
import type { VerifiedKeys } from './verified-keys.ts';

type CreateUser = z.infer<typeof createUserSchema>;

export type Users = {
  /** A user by id, name or `me`. Throws NOT_FOUND when there is none or the actor may not read it. */
  get(actor: Actor, ref: string): Promise<User>;
  list(actor: Actor, query: UsersQuery): Promise<{ users: User[]; count: number }>;
  /** Throws CONFLICT for a name or address in use. */
  create(actor: Actor, input: CreateUser): Promise<User>;
  delete(actor: Actor, ref: string): Promise<User>;
  updateProfile(actor: Actor, ref: string, profile: { username: string; name: string }): Promise<Change>;
  setStatus(actor: Actor, ref: string, status: 'active' | 'suspended'): Promise<Change>;
  setPassword(
    actor: Actor,
    ref: string,
    input: { old_password?: string | undefined; password: string },
  ): Promise<User>;
  setRoles(actor: Actor, ref: string, roles: readonly string[]): Promise<Change>;
  roles(
    actor: Actor,
    ref: string,
  ): Promise<{ roles: string[]; organization_roles: Record<string, string[]> }>;
};

/** Ends in a transaction what a user has allowed applications, but for the grant that is kept. */
export type EndGrants = (trx: Db, userId: string, kept?: string) => Promise<void>;
export type UsersOptions = { db: Db; clock: Clock; keys: VerifiedKeys; endGrants: EndGrants };

export function createUsers({ db, clock, keys, endGrants }: UsersOptions): Users {
  const change = createChangeUser({ db, clock, keys });

  /** The user whom a reference means, if the actor may know of it. Everybody may know of themselves. */
  async function read(actor: Actor, ref: string): Promise<UserRow> {
    const row = await findUser(db, ref, actor.user.id);
    if (!row) throw userNotFound(ref);
    if (row.id === actor.user.id) return row;
    try {
      authorize(actor, 'read', { type: 'user', id: row.id, ownerId: row.id });
    } catch (error) {
      throw error instanceof ApiError && error.code === 'NOT_FOUND' ? userNotFound(ref) : error;
    }
    return row;
  }

  return {
    async get(actor, ref) {
      const { id, username } = actor.user;
      const self = ref === 'me' || ref === id || ref.toLowerCase() === username.toLowerCase();
      return (self ? await keys.profile(id) : undefined) ?? presentUser(await read(actor, ref));
    },

    async list(actor, query) {
      const { rows, count } = await searchUsers(db, actor, query);
      return { users: rows.map(presentUser), count };
    },

    async create(actor, input) {
      authorize(actor, 'create', { type: 'user' });
      refuseReservedName(input.username);
      const loginType = input.login_type ?? 'password';
      if (loginType === 'password' && (input.password ?? '').length < 8) {
        throw new ApiError('VALIDATION_FAILED', {
          validations: [{ field: 'password', detail: 'must be at least 8 characters long' }],
        });
      }
      const hashed = loginType === 'password' ? await hashPassword(input.password ?? '') : null;
      const organizationIds = await organizationsFor(db, actor, input.organization_ids);
      const id = randomUUID();
      const now = clock.now();
      const row = await inTransaction(db, async (trx) => {
        await insertUser(trx, {
          id,
          username: input.username,
          email: input.email,
          name: input.name ?? '',
          hashed_password: hashed,
          status: input.user_status ?? 'dormant',
          login_type: loginType,
          now,
        });
        for (const organizationId of organizationIds) await addMember(trx, id, organizationId, now);
        return selectUsers(trx).where('users.id', '=', id).executeTakeFirstOrThrow();
      });
      return presentUser(row);
    },

    async delete(actor, ref) {
      const { id } = await read(actor, ref);
      if (id === actor.user.id) {
        throw new ApiError('FORBIDDEN', {
          message: 'You cannot delete yourself.',
          detail: 'Ask another owner or administrator of users to delete your account.',
        });
      }
      const decide: Decide = async (held, trx) => {
        await authorizeOnUser(trx, actor, 'delete', held);
        await refuseWithWorkspaces(trx, held);
        await trx.deleteFrom('api_keys').where('user_id', '=', id).execute();
        await endGrants(trx, id);
        return { deleted: true };
      };
      const { before } = await change(id, decide, { endsOwner: true });
      return before;
    },

    async updateProfile(actor, ref, { username, name }) {
      const { id } = await read(actor, ref);
      try {
        return await change(id, async (held, trx) => {
          await authorizeOnUser(trx, actor, 'update_personal', held);
          if (username !== held.username) refuseReservedName(username);
          return { username, name };
        });
      } catch (error) {
        throw nameTaken(error);
      }
    },

    async setStatus(actor, ref, status) {
      const { id } = await read(actor, ref);
      const suspends = status === 'suspended';
      if (id === actor.user.id && suspends) {
        throw new ApiError('FORBIDDEN', {
          message: 'You cannot suspend yourself.',
          detail: 'Ask another owner or administrator of users to suspend your account.',
        });
      }
      const decide: Decide = async (held, trx) => {
        await authorizeOnUser(trx, actor, 'update', held);
        return { status };
      };
      return change(id, decide, { endsOwner: suspends });
    },

    async setPassword(actor, ref, input) {
      const row = await read(actor, ref);
      const { id } = row;
      // Looked at before the passwords, which take long to check; what counts is looked at again below.
      await authorizeOnUser(db, actor, 'update_personal', row);
      const isOwn = id === actor.user.id;
      await refuseNewPassword(row, input, { isOwn });
      const hashed = await hashPassword(input.password);
      // The user is held, so that a sign-in with the old password that is under way ends before this or fails.
      const { after } = await change(id, async (held, trx) => {
        await authorizeOnUser(trx, actor, 'update_personal', held);
        if (isOwn && held.hashed_password !== row.hashed_password) throw passwordJustChanged();
        // Whoever knew the old password may hold sessions and tokens; only the one that asks goes on.
        await trx.deleteFrom('api_keys').where('user_id', '=', id).where('id', '<>', actor.key.id).execute();
        // The same holds for what that one may have allowed applications, which would renew their tokens.
        await endGrants(trx, id, actor.key.application?.grantId);
        return { hashed_password: hashed };
      });
      return after;
    },

    async setRoles(actor, ref, roles) {
      const { id } = await read(actor, ref);
      if (id === actor.user.id) {
        throw new ApiError('FORBIDDEN', {
          message: 'You cannot change your own roles.',
          detail: 'Ask another owner or administrator of users to change them.',
        });
      }
      authorize(actor, 'assign', { type: 'assign_role' });
      const wanted = storedRoles(roles);
      const decide: Decide = (held) => {
        refuseRoleChange(actor, held.rbac_roles, wanted);
        return { rbac_roles: wanted };
      };
      return change(id, decide, { endsOwner: !wanted.includes('owner') });
    },

    async roles(actor, ref) {
      const row = await read(actor, ref);
      const memberships = await db
        .selectFrom('organization_members')
        .where('user_id', '=', row.id)
        .select(['organization_id', 'roles'])
        .execute();
      return {
        roles: row.rbac_roles,
        organization_roles: Object.fromEntries(
          memberships.map(({ organization_id, roles }) => [organization_id, roles]),
        ),
      };
    },
  };
}

/** A workspace that is being created holds its owner, so it is either counted here or refused there. */
async function refuseWithWorkspaces(trx: Db, { id, username }: UserRow): Promise<void> {
  const { count } = await trx
    .selectFrom('workspaces')
    .where('owner_id', '=', id)
    .where('deleted', '=', false)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count === 0) return;
  const one = count === 1;
  throw new ApiError('CONFLICT', {
    message: `${username} has ${count} workspace${one ? '' : 's'}.`,
    detail: `Delete ${one ? 'it' : 'them'} first, then the user.`,
  });
}
