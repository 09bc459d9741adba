import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

/** Which server a pool of workers belongs to, so that its locks can be told from those of a dead one. */
const prefix = 'queue.pool.';

export async function registerPool(db: Db, poolId: string, replicaId: string): Promise<void> {
  await db
    .insertInto('site_settings')
    .values({ key: `${prefix}${poolId}`, value: replicaId })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: replicaId }))
    .execute();
}

export async function forgetPool(db: Db, poolId: string): Promise<void> {
  await db.deleteFrom('site_settings').where('key', '=', `${prefix}${poolId}`).execute();
}

/**
 * Frees every job that is locked by a pool of no living replica. Freeing one too many does no harm: what a job does is
 * guarded by its own row, so a second run of it finds nothing to do.
 *
 * @returns how many jobs were freed
 */
export async function releaseDeadLocks(db: Db): Promise<number> {
  const { rows } = await sql<{ pool: string; jobs: number }>`
    select locked_by as pool, count(*) as jobs from graphile_worker.jobs
    where locked_by is not null and not exists (
      select from site_settings s join replicas r on r.id::text = s.value
      where s.key = ${prefix} || jobs.locked_by and r.stopped_at is null
    )
    group by locked_by`.execute(db);
  await sql`delete from site_settings s where starts_with(s.key, ${prefix})
    and not exists (select from replicas r where r.id::text = s.value and r.stopped_at is null)`.execute(db);
  if (rows.length === 0) return 0;
  const pools = rows.map((row) => row.pool);
  await sql`select graphile_worker.force_unlock_workers(${pools}::text[])`.execute(db);
  return rows.reduce((sum, row) => sum + Number(row.jobs), 0);
}
