import { ApiError } from '@coder/api';
import type { Selectable, Updateable } from 'kysely';
import type { Db, Tables } from '../database/index.ts';

type Row = Tables['organization_members'];
type Held = Pick<Selectable<Row>, 'roles' | 'resource_limits'>;
type Fields = Pick<Updateable<Row>, 'roles' | 'resource_limits'>;

/**
 * Changes a membership in a transaction that holds it: `decide` is given it as it is while nobody else can change it, and
 * returns what is written. Returns what it was before. Throws CONFLICT when the user has just been removed.
 */
export async function changeMember(
  trx: Db,
  member: { organizationId: string; userId: string; username: string },
  now: Date,
  decide: (held: Held) => Fields,
): Promise<Held> {
  const { organizationId, userId, username } = member;
  const held = await trx
    .selectFrom('organization_members')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .forUpdate()
    .select(['roles', 'resource_limits'])
    .executeTakeFirst();
  if (!held) {
    throw new ApiError('CONFLICT', {
      message: `${username} has just been removed from the organization.`,
      detail: 'Add the user to the organization again, then repeat the change.',
    });
  }
  await trx
    .updateTable('organization_members')
    .set({ ...decide(held), updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .execute();
  return held;
}
