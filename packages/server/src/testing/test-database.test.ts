import { describe, expect, it } from 'vitest';
import { testDatabase } from './test-database.ts';

describe('testDatabase', () => {
  it('gives each test the whole schema and no rows of another', async () => {
    await using one = await testDatabase();
    await using two = await testDatabase();
    await one.db.insertInto('site_settings').values({ key: 'a', value: 'b' }).execute();
    expect(await two.db.selectFrom('site_settings').selectAll().execute()).toEqual([]);
  });

  it('is dropped when it is disposed', async () => {
    const gone = await testDatabase({ empty: true });
    const name = new URL(gone.url).pathname.slice(1);
    await gone[Symbol.asyncDispose]();
    await using other = await testDatabase({ empty: true });
    const { rows } = await other.pool.query('select 1 from pg_database where datname = $1', [name]);
    expect(rows).toEqual([]);
  });
});
