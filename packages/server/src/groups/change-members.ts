import { ApiError, type Validation } from '@coder/api';
import type { Transaction } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import { notify, type Tables } from '../database/index.ts';
import { refuseSelfEntry } from '../organizations/index.ts';
import type { GroupRow } from './group-rows.ts';

export type MemberChanges = { added: Named[]; removed: Named[] };
type Named = { id: string; username: string };

/**
 * Adds members of the organization to a group and removes members of the group. Who is in it already, or is not, stays so.
 * Throws VALIDATION_FAILED, and changes nothing, for who is no member of the organization or is named on both sides, and
 * FORBIDDEN when the actor would enter a workspace by it.
 */
export async function changeMembers(
  trx: Transaction<Tables>,
  actor: Actor,
  { name, id: groupId, organization_id: organizationId, organization_name: organization }: GroupRow,
  changes: { add: readonly string[]; remove: readonly string[]; now: Date },
): Promise<MemberChanges> {
  const { now } = changes;
  // The database answers ids in lower case, however they were written.
  const add = changes.add.map((id) => id.toLowerCase());
  const remove = changes.remove.map((id) => id.toLowerCase());
  if (add.length + remove.length === 0) return { added: [], removed: [] };
  const members = await trx
    .selectFrom('organization_members as member')
    .innerJoin('users', 'users.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .where('member.user_id', 'in', [...add, ...remove])
    .where('users.deleted', '=', false)
    // Nobody leaves the organization before the group has them.
    .forKeyShare('member')
    .select(['users.id', 'users.username'])
    .execute();
  const names = new Map(members.map((member) => [member.id, member.username]));
  const validations = add.flatMap((id, index): Validation[] => {
    const field = `add_users[${index}]`;
    if (!names.has(id)) return [{ field, detail: `is no member of the organization "${organization}"` }];
    return remove.includes(id) ? [{ field, detail: 'is also in remove_users' }] : [];
  });
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });

  const added = add.length
    ? await trx
        .insertInto('group_members')
        .values(
          [...new Set(add)].map((user) => ({
            group_id: groupId,
            organization_id: organizationId,
            user_id: user,
            created_at: now,
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning('user_id')
        .execute()
    : [];
  if (added.some(({ user_id }) => user_id === actor.user.id)) {
    await refuseSelfEntry(trx, actor, { groupId, place: `the group "${name}"` });
  }
  const removed = remove.length
    ? await trx
        .deleteFrom('group_members')
        .where('group_id', '=', groupId)
        .where('user_id', 'in', [...remove])
        .returning('user_id')
        .execute()
    : [];
  for (const { user_id } of [...added, ...removed]) await notify(trx, 'user_changed', user_id);
  const named = (rows: { user_id: string }[]) =>
    rows.map(({ user_id: id }) => ({ id, username: names.get(id) ?? id }));
  return { added: named(added), removed: named(removed) };
}
