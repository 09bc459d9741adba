import type { Db } from '../database/index.ts';

/** As far back as reports go. */
const keptMs = 401 * 24 * 60 * 60_000;

/** Deletes what no report shows any more. Returns how many rows there were. */
export async function pruneUsage(db: Db, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('workspace_usage')
    .where('began_at', '<', new Date(now.getTime() - keptMs))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
