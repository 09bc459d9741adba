import { type Kysely, sql, type Transaction } from 'kysely';
import { StartupError } from '../startup-error.ts';

export interface Migration {
  /** Its number and its name, as its file is called: `0001-initial`. */
  readonly name: string;
  up(trx: Transaction<unknown>): Promise<void>;
}

/** Any fixed number: whoever migrates this database takes the same lock. */
const lockKey = 7_303_014_202;

/**
 * Brings a database to the newest schema: runs, in order, the migrations it has not had, each in a transaction of its own
 * with the row that records it. Several servers may call it at once; one does the work and the others wait. A database
 * that has had other migrations than these, or more, is refused before anything is changed.
 *
 * @returns the names of those that ran
 */
export async function migrate<T>(db: Kysely<T>, migrations: readonly Migration[]): Promise<string[]> {
  checkNumbers(migrations);
  return db.connection().execute(async (connection) => {
    // Waiting for another server's migrations may take longer than a statement may.
    await sql`set statement_timeout = 0`.execute(connection);
    await sql`select pg_advisory_lock(${lockKey})`.execute(connection);
    try {
      await sql`create table if not exists schema_migrations (
        position integer primary key, name text not null unique, applied_at timestamptz not null default now()
      )`.execute(connection);
      const applied = await sql<{
        name: string;
      }>`select name from schema_migrations order by position`.execute(connection);
      const done = applied.rows.map((row) => row.name);
      checkHistory(done, migrations);
      const pending = migrations.slice(done.length);
      for (const [index, migration] of pending.entries()) {
        await connection.transaction().execute(async (trx) => {
          await migration.up(trx as unknown as Transaction<unknown>);
          await sql`insert into schema_migrations (position, name)
            values (${done.length + index + 1}, ${migration.name})`.execute(trx);
        });
      }
      return pending.map((migration) => migration.name);
    } finally {
      await sql`select pg_advisory_unlock(${lockKey})`.execute(connection);
      await sql`reset statement_timeout`.execute(connection);
    }
  });
}

function checkNumbers(migrations: readonly Migration[]): void {
  for (const [index, { name }] of migrations.entries()) {
    const expected = String(index + 1).padStart(4, '0');
    if (!name.startsWith(`${expected}-`))
      throw new Error(`migration "${name}" stands at position ${expected}`);
  }
}

function checkHistory(done: readonly string[], migrations: readonly Migration[]): void {
  const at = done.findIndex(
    (name, index) => migrations[index] !== undefined && migrations[index].name !== name,
  );
  if (at >= 0) {
    throw new StartupError(
      `The database has had the migration "${done[at]}" where this server has "${migrations[at]?.name}". ` +
        'It belongs to another program or another branch: connect to a database of this server.',
    );
  }
  if (done.length > migrations.length) {
    throw new StartupError(
      `The database is newer than this server: it has had the migration "${done.at(-1)}" and this server knows ` +
        `${migrations.length === 0 ? 'none' : `only up to "${migrations.at(-1)?.name}"`}. ` +
        'Run the newer server again, or restore the backup made before the upgrade.',
    );
  }
}
