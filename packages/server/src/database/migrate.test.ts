import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../testing/index.ts';
import { type Migration, migrate } from './migrate.ts';

const first: Migration = {
  name: '0001-first',
  up: async (trx) => void (await sql`create table fruit (name text primary key)`.execute(trx)),
};
const second: Migration = {
  name: '0002-second',
  up: async (trx) => void (await sql`alter table fruit add column colour text`.execute(trx)),
};
const broken: Migration = {
  name: '0002-broken',
  up: async (trx) => {
    await sql`create table half_done (id integer)`.execute(trx);
    await sql`select * from nowhere`.execute(trx);
  },
};

describe('migrate', () => {
  it('runs what the database has not had, in order, and records it', async () => {
    await using database = await testDatabase({ empty: true });
    expect(await migrate(database.db, [first])).toEqual(['0001-first']);
    expect(await migrate(database.db, [first, second])).toEqual(['0002-second']);
    expect(await migrate(database.db, [first, second])).toEqual([]);
    await database.pool.query("insert into fruit values ('plum', 'blue')");
  });

  it('lets several servers start at once', async () => {
    await using database = await testDatabase({ empty: true });
    const runs = await Promise.all([1, 2, 3].map(() => migrate(database.db, [first, second])));
    expect(runs.flat().sort()).toEqual(['0001-first', '0002-second']);
  });

  it('leaves nothing of a migration that fails, and keeps those before it', async () => {
    await using database = await testDatabase({ empty: true });
    await expect(migrate(database.db, [first, broken])).rejects.toThrow('nowhere');
    const { rows } = await database.pool.query("select to_regclass('fruit') f, to_regclass('half_done') h");
    expect(rows).toEqual([{ f: 'fruit', h: null }]);
    expect(await migrate(database.db, [first, second])).toEqual(['0002-second']);
  });

  it('refuses a database that is newer than the code', async () => {
    await using database = await testDatabase({ empty: true });
    await migrate(database.db, [first, second]);
    await expect(migrate(database.db, [first])).rejects.toThrow(
      /newer than this server.*0002-second.*0001-first/,
    );
  });

  it('refuses a database with another history', async () => {
    await using database = await testDatabase({ empty: true });
    await migrate(database.db, [first, second]);
    await expect(migrate(database.db, [first, { ...broken }])).rejects.toThrow(
      /"0002-second" where this server has "0002-broken"/,
    );
  });

  it('refuses a list whose numbers are not its positions', async () => {
    await using database = await testDatabase({ empty: true });
    await expect(migrate(database.db, [second])).rejects.toThrow('position 0001');
  });
});
