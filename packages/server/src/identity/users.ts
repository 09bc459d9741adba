import { randomUUID } from 'node:crypto';
import { ApiError, type createUserSchema, type User, type Validation } from '@coder/api';
import type { Transaction } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize, mayAssignRole, siteRoles } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, type Tables } from '../database/index.ts';
import { addMember, insertUser, nameTaken, organizationsFor } from './new-user.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { announceUser, authorizeOnUser, keepAnOwner, refuseReservedName } from './user-guards.ts';
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

export type Change = { before: User; after: User };
export type UsersOptions = { db: Db; clock: Clock; keys: VerifiedKeys };

export function createUsers({ db, clock, keys }: UsersOptions): Users {
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

  /** Changes a user in a transaction that also tells the replicas. */
  async function change(
    row: UserRow,
    set: Partial<
      Pick<UserRow, 'username' | 'name' | 'status' | 'rbac_roles' | 'hashed_password' | 'deleted'>
    >,
    before: (trx: Transaction<Tables>) => Promise<void> = async () => undefined,
  ): Promise<Change> {
    const after = await inTransaction(db, async (trx) => {
      await before(trx);
      await trx
        .updateTable('users')
        .set({ ...set, updated_at: clock.now() })
        .where('id', '=', row.id)
        .execute();
      await announceUser(trx, row.id);
      const [changed] = await selectUsers(trx).where('users.id', '=', row.id).execute();
      return changed ?? { ...row, ...set };
    });
    keys.forgetUser(row.id);
    return { before: presentUser(row), after: presentUser(after) };
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
      const row = await read(actor, ref);
      if (row.id === actor.user.id) {
        throw new ApiError('FORBIDDEN', { message: 'You cannot delete yourself.' });
      }
      authorizeOnUser(actor, 'delete', row);
      await change(row, { deleted: true }, async (trx) => {
        await keepAnOwner(trx, row.id);
        // A workspace that is being created holds its owner, so it is either counted here or refused there.
        await trx.selectFrom('users').select('id').where('id', '=', row.id).forUpdate().execute();
        const { count } = await trx
          .selectFrom('workspaces')
          .where('owner_id', '=', row.id)
          .where('deleted', '=', false)
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (count > 0) {
          throw new ApiError('CONFLICT', {
            message: `${row.username} has ${count} workspace${count === 1 ? '' : 's'}. Delete ${count === 1 ? 'it' : 'them'} first, then the user.`,
          });
        }
        await trx.deleteFrom('api_keys').where('user_id', '=', row.id).execute();
        await trx.deleteFrom('oauth_grants').where('user_id', '=', row.id).execute();
      });
      return presentUser(row);
    },

    async updateProfile(actor, ref, { username, name }) {
      const row = await read(actor, ref);
      authorizeOnUser(actor, 'update_personal', row);
      if (username !== row.username) refuseReservedName(username);
      try {
        return await change(row, { username, name });
      } catch (error) {
        throw nameTaken(error);
      }
    },

    async setStatus(actor, ref, status) {
      const row = await read(actor, ref);
      if (row.id === actor.user.id && status === 'suspended') {
        throw new ApiError('FORBIDDEN', { message: 'You cannot suspend yourself.' });
      }
      authorizeOnUser(actor, 'update', row);
      return change(row, { status }, async (trx) => {
        if (status === 'suspended') await keepAnOwner(trx, row.id);
      });
    },

    async setPassword(actor, ref, { old_password, password }) {
      const row = await read(actor, ref);
      authorizeOnUser(actor, 'update_personal', row);
      const wrong = (field: string, detail: string) =>
        new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
      if (row.login_type !== 'password') {
        throw new ApiError('BAD_REQUEST', {
          message: `${row.username} signs in with ${row.login_type}, not with a password.`,
        });
      }
      if (row.id === actor.user.id) {
        if (old_password === undefined)
          throw wrong('old_password', 'is required to change your own password');
        if (!(await verifyPassword(old_password, row.hashed_password))) {
          throw wrong('old_password', 'is not your current password');
        }
        if (old_password === password) throw wrong('password', 'must differ from the current one');
      }
      const hashed = await hashPassword(password);
      const { after } = await change(row, { hashed_password: hashed }, async (trx) => {
        // A sign-in with the old password that is under way ends before this or fails.
        await trx.selectFrom('users').where('id', '=', row.id).forUpdate().select('id').execute();
        // Whoever knew the old password may hold sessions and tokens; only the one that asks goes on.
        await trx
          .deleteFrom('api_keys')
          .where('user_id', '=', row.id)
          .where('id', '<>', actor.key.id)
          .execute();
        // The same holds for what that one may have allowed applications, which would renew their tokens.
        await trx
          .deleteFrom('oauth_grants')
          .where('user_id', '=', row.id)
          .where('id', '<>', actor.key.application?.grantId ?? '')
          .execute();
      });
      return after;
    },

    async setRoles(actor, ref, roles) {
      const row = await read(actor, ref);
      if (row.id === actor.user.id) {
        throw new ApiError('FORBIDDEN', { message: 'You cannot change your own roles.' });
      }
      authorize(actor, 'assign', { type: 'assign_role' });
      const wanted = [...new Set(roles)].filter((role) => role !== 'member');
      refuseUnknownRoles(roles);
      const changed = [
        ...wanted.filter((role) => !row.rbac_roles.includes(role)),
        ...row.rbac_roles.filter((role) => !wanted.includes(role)),
      ];
      const refused = changed.filter((role) => !mayAssignRole(actor.user.roles, role));
      if (refused.length > 0) {
        throw new ApiError('FORBIDDEN', {
          message: `You may not give or take the role ${refused.map((role) => `"${role}"`).join(' or ')}. Allowed for the role "owner".`,
        });
      }
      return change(row, { rbac_roles: wanted }, async (trx) => {
        if (!wanted.includes('owner')) await keepAnOwner(trx, row.id);
      });
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

function refuseUnknownRoles(roles: readonly string[]): void {
  const validations: Validation[] = roles.flatMap((role, index) =>
    Object.hasOwn(siteRoles, role)
      ? []
      : [
          {
            field: `roles[${index}]`,
            detail: `unknown role "${role}"; the site roles are ${Object.keys(siteRoles).join(', ')}`,
          },
        ],
  );
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
}
