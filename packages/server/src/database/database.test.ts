import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '../testing/index.ts';
import { createDatabase } from './database.ts';
import { inTransaction, isUniqueViolation, sqlState } from './transaction.ts';

describe('the columns', () => {
  it('come as numbers, dates, text and objects', async () => {
    await using database = await testDatabase({ empty: true });
    const { rows } = await database.pool.query(
      `select 12345678901::bigint as big, 1.5::numeric as decimal, '2026-03-04'::date as day,
              '2026-03-04T05:06:07.008Z'::timestamptz as at, '{"a":[1]}'::jsonb as json, array[1,2]::bigint[] as list`,
    );
    expect(rows[0]).toEqual({
      big: 12345678901,
      decimal: 1.5,
      day: '2026-03-04',
      at: new Date('2026-03-04T05:06:07.008Z'),
      json: { a: [1] },
      list: [1, 2],
    });
  });

  it('are refused rather than rounded beyond 2^53', async () => {
    await using database = await testDatabase({ empty: true });
    await expect(database.pool.query('select 9007199254740993::bigint')).rejects.toThrow('9007199254740993');
  });
});

describe('a connection', () => {
  it('cancels a statement that runs too long', async () => {
    await using database = await testDatabase({ empty: true });
    const impatient = createDatabase({ url: database.url, statementTimeoutMs: 20 });
    const error = await sql`select pg_sleep(10)`.execute(impatient.db).catch((e: unknown) => e);
    await impatient.close();
    expect(sqlState(error)).toBe('57014');
  });
});

describe('a connection that breaks', () => {
  it('in the middle of a transaction fails that transaction and nothing else', async () => {
    await using database = await testDatabase({ empty: true });
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', note);
    onTestFinished(() => void process.off('uncaughtException', note));
    const broken = inTransaction(database.db, async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      await database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      await sql`select 1`.execute(trx);
    });
    await expect(broken).rejects.toThrow();
    expect((await sql`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
    expect(uncaught).toEqual([]);
  });
});

describe('inTransaction', () => {
  it('runs a transaction again that lost a race', async () => {
    await using database = await testDatabase({ empty: true });
    await database.pool.query('create table counter (value integer); insert into counter values (0)');
    let runs = 0;
    await inTransaction(database.db, async (trx) => {
      runs += 1;
      await sql`set transaction isolation level repeatable read`.execute(trx);
      await sql`select value from counter`.execute(trx);
      if (runs === 1) await database.pool.query('update counter set value = value + 1');
      await sql`update counter set value = value + 1`.execute(trx);
    });
    const { rows } = await database.pool.query('select value from counter');
    expect({ runs, rows }).toEqual({ runs: 2, rows: [{ value: 2 }] });
  });

  it('commits nothing of what throws', async () => {
    await using database = await testDatabase({ empty: true });
    await database.pool.query('create table t (id integer primary key)');
    const error = await inTransaction(database.db, async (trx) => {
      await sql`insert into t values (1)`.execute(trx);
      await sql`insert into t values (1)`.execute(trx);
    }).catch((e: unknown) => e);
    expect([
      isUniqueViolation(error),
      isUniqueViolation(error, 't_pkey'),
      isUniqueViolation(error, 'x'),
    ]).toEqual([true, true, false]);
    expect((await database.pool.query('select * from t')).rowCount).toBe(0);
  });
});
