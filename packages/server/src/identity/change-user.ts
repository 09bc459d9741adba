import type { User } from '@coder/api';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, type Tables } from '../database/index.ts';
import { announceUser, lockOwners, refuseLastOwner } from './user-guards.ts';
import { presentUser, selectUsers, type UserRow, userNotFound } from './users-store.ts';
import type { VerifiedKeys } from './verified-keys.ts';

export type Change = { before: User; after: User };

type Fields = Partial<
  Pick<UserRow, 'username' | 'name' | 'status' | 'rbac_roles' | 'hashed_password' | 'deleted'>
>;
export type Decide = (held: UserRow, trx: Transaction<Tables>) => Fields | Promise<Fields>;

/**
 * Changes a user in a transaction that also tells the replicas. `decide` is given the user as it is while nobody else can
 * change it, so that what it refuses and what the audit says holds at the moment of the change; what it returns is written.
 * With `endsOwner` the change is refused when it would leave no owner.
 */
export type ChangeUser = (id: string, decide: Decide, options?: { endsOwner?: boolean }) => Promise<Change>;

export type ChangeUserOptions = { db: Db; clock: Clock; keys: VerifiedKeys };

export function createChangeUser({ db, clock, keys }: ChangeUserOptions): ChangeUser {
  return async (id, decide, { endsOwner = false } = {}) => {
    const change = await inTransaction(db, async (trx) => {
      // Owners first and always in one order, so that two who change each other do not wait for one another.
      const owners = endsOwner ? await lockOwners(trx) : [];
      const held = await selectUsers(trx).where('users.id', '=', id).forUpdate('users').executeTakeFirst();
      if (!held) throw userNotFound(id);
      const fields = await decide(held, trx);
      if (endsOwner) refuseLastOwner(owners, id);
      await trx
        .updateTable('users')
        .set({ ...fields, updated_at: clock.now() })
        .where('id', '=', id)
        .execute();
      await announceUser(trx, id);
      const changed = await selectUsers(trx).where('users.id', '=', id).executeTakeFirst();
      return { before: presentUser(held), after: presentUser(changed ?? { ...held, ...fields }) };
    });
    keys.forgetUser(id);
    return change;
  };
}
