import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';

/** The last hour is what answers show; the rest is for a client that asks a little late. */
const STATS_KEPT_MS = 2 * 60 * 60_000;

/** Deletes the samples that nothing shows any more. Returns how many there were. */
export async function pruneStats({ db, clock }: { db: Db; clock: Clock }): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('workspace_agent_stats')
    .where('at', '<', new Date(clock.now().getTime() - STATS_KEPT_MS))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
