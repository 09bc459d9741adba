import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import { hashOf } from './artifacts.ts';

/** Keeps the hash of the value that the browser got with which this request began. */
export async function markInteraction(db: Db, uid: string, mark: string): Promise<void> {
  await db
    .updateTable('oauth_artifacts')
    .set({ lookup_hash: hashOf(mark) })
    .where('kind', '=', 'Interaction')
    .where('id_hash', '=', hashOf(uid))
    .execute();
}

/** Whether a value is the one that was kept for this request. Only hashes are compared, which tells nothing about the value. */
export async function isMarkOf(db: Db, uid: string, mark: string): Promise<boolean> {
  const found = await db
    .selectFrom('oauth_artifacts')
    .where('kind', '=', 'Interaction')
    .where('id_hash', '=', hashOf(uid))
    .where('lookup_hash', '=', hashOf(mark))
    .select('kind')
    .executeTakeFirst();
  return found !== undefined;
}

/** Writes the decision about a request; false when somebody has decided it already, or it has ended. */
export async function decideInteraction(
  db: Db,
  uid: string,
  decision: { result: object; params?: object },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauth_artifacts')
    .set({ payload: sql<string>`payload || ${JSON.stringify(decision)}::jsonb` })
    .where('kind', '=', 'Interaction')
    .where('id_hash', '=', hashOf(uid))
    .where(sql<boolean>`not payload ? 'result'`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
