import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

/**
 * What the audit rows say that a field was before each of its changes. Changes that came at the same time have come one after the
 * other all the same, so no two that chose different values have replaced the same one.
 */
export async function valuesReplaced(db: Db, field: string): Promise<unknown[]> {
  const { rows } = await sql<{ old: unknown }>`
    select diff -> ${field} -> 'old' as old from audit_logs where diff ? ${field}`.execute(db);
  return rows.map(({ old }) => old);
}
