import { ApiError } from '@coder/api';
import type { Selectable, Updateable } from 'kysely';
import type { Db, Tables } from '../database/index.ts';

type Row = Tables['groups'];
type Held = Pick<Selectable<Row>, 'member_limits' | 'total_limits'>;
type Limits = Pick<Updateable<Row>, 'member_limits' | 'total_limits'>;

/**
 * Changes the limits of a group in a transaction that holds it: `decide` is given them as they are while nobody else can change
 * them, and returns what is written. Returns what they were before. Throws NOT_FOUND when the group has just been deleted.
 */
export async function changeGroupLimits(
  trx: Db,
  id: string,
  now: Date,
  decide: (held: Held) => Limits,
): Promise<Held> {
  const held = await trx
    .selectFrom('groups')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .select(['member_limits', 'total_limits'])
    .executeTakeFirst();
  if (!held) throw new ApiError('NOT_FOUND');
  await trx
    .updateTable('groups')
    .set({ ...decide(held), updated_at: now })
    .where('id', '=', id)
    .execute();
  return held;
}
