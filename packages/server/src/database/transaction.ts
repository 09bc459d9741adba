import type { Kysely, Transaction } from 'kysely';

/** PostgreSQL's codes for a transaction that lost a race and succeeds when it is run again. */
const retryable = new Set(['40001', '40P01']);

/**
 * Runs `work` in a transaction and commits what it did, or nothing if it throws. A serialization failure or a deadlock
 * is run again, up to `attempts` times in all, so `work` must have no effect outside the database.
 */
export async function inTransaction<T, R>(
  db: Kysely<T>,
  work: (trx: Transaction<T>) => Promise<R>,
  { attempts = 3 }: { attempts?: number } = {},
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt >= attempts || !retryable.has(sqlState(error) ?? '')) throw error;
    }
  }
}

/** The five-character code of a PostgreSQL error (`23505` for a broken unique rule), or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Whether an error is a broken unique rule, of the named constraint if one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false;
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint;
}
