import { sql } from 'kysely';
import { type Db, inTransaction } from '../database/index.ts';

/** Who has uploaded an archive makes a version of it at once; a day leaves time for what waits for an approval. */
const keptMs = 24 * 60 * 60_000;
/** So many in one transaction, which holds them. */
const batch = 100;

/** Deletes the archives of which nobody has made a version within a day. Returns how many there were. */
export async function forgetUnusedFiles(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - keptMs);
  let forgotten = 0;
  for (;;) {
    const found = await forgetSome(db, before);
    forgotten += found.deleted;
    if (found.seen < batch) return forgotten;
  }
}

async function forgetSome(db: Db, before: Date): Promise<{ seen: number; deleted: number }> {
  return inTransaction(db, async (trx) => {
    // A version that is being made of a file holds it, and one that is yet to be made waits; so what is found unused stays that.
    const { rows: held } = await sql<{ id: string }>`
      select f.id from files f where f.created_at < ${before} and ${unused} limit ${batch}
      for update skip locked`.execute(trx);
    const { rows } = await sql`
      delete from files f where f.id = any(${held.map(({ id }) => id)}::uuid[]) and ${unused} returning f.id`.execute(
      trx,
    );
    return { seen: held.length, deleted: rows.length };
  });
}

const unused = sql`not exists (select from template_versions v where v.file_id = f.id)
  and not exists (select from provisioner_jobs j where j.file_id = f.id)`;
