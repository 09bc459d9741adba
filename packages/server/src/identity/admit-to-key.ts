import { sql } from 'kysely';
import { type Db, notify } from '../database/index.ts';

/** Adds an entry to the allow list of a key; every server that holds the key in memory reads it again. */
export async function admitToKey(trx: Db, keyId: string, entry: string): Promise<void> {
  await trx
    .updateTable('api_keys')
    .set({ allow_list: sql<string[]>`array_append(allow_list, ${entry})` })
    .where('id', '=', keyId)
    .execute();
  await notify(trx, 'api_key_changed', keyId);
}
