import { expect } from 'vitest';
import type { TestDatabase } from './test-database.ts';

/**
 * Begins a call while a change of the database is made and not committed, and commits the change once the call has ended or
 * waits for a lock.
 * @returns what the call answers
 */
export async function besideChange<T>(
  database: TestDatabase,
  change: { text: string; values?: unknown[] },
  call: () => Promise<T>,
): Promise<T> {
  const other = await database.pool.connect();
  try {
    await other.query('begin');
    await other.query(change);
    let ended = false;
    const answer = call().finally(() => (ended = true));
    const hasCome = async () => {
      const waiting = await database.pool.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return ended || waiting.rowCount === 1;
    };
    await expect
      // A password takes long to hash on a busy machine.
      .poll(hasCome, { timeout: 20_000 })
      .toBe(true);
    await other.query('commit');
    return await answer;
  } finally {
    other.release();
  }
}
