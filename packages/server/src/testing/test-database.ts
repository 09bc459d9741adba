import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { createDatabase, type Database, migrate, migrations } from '../database/index.ts';
import { createQueue } from '../jobs/index.ts';
import { createNoopLogger } from '../logger.ts';
import { testServer } from './test-server.ts';

export interface TestDatabase extends Database, AsyncDisposable {}

const templateLock = 7_303_014_203;
let admin: Promise<pg.Pool> | undefined;
let template: Promise<string> | undefined;

/**
 * A database of the test's own with the whole schema, cloned from a template in some 30 ms and dropped when it is disposed:
 * `await using database = await testDatabase()`. With `empty` it has no tables at all.
 */
export async function testDatabase({ empty = false }: { empty?: boolean } = {}): Promise<TestDatabase> {
  admin ??= openAdmin();
  const pool = await admin;
  const name = `test_${randomBytes(8).toString('hex')}`;
  if (empty) await pool.query(`create database ${name}`);
  else {
    template ??= ensureTemplate(pool);
    await pool.query(`create database ${name} template ${await template}`);
  }
  const database = createDatabase({ url: await urlOf(name), maxConnections: 5 });
  const close = async () => {
    await database.close();
    await pool.query(`drop database if exists ${name} with (force)`);
  };
  return { ...database, close, [Symbol.asyncDispose]: close };
}

async function openAdmin(): Promise<pg.Pool> {
  return new pg.Pool({
    connectionString: await urlOf('postgres'),
    max: 2,
    allowExitOnIdle: true,
    idleTimeoutMillis: 1_000,
  });
}

async function urlOf(database: string): Promise<string> {
  return (await testServer()).replace('{database}', database).replace('%7Bdatabase%7D', database);
}

/** The migrated database that the others are copies of; one process makes it. */
async function ensureTemplate(pool: pg.Pool): Promise<string> {
  const name = `template_${hashOfMigrations()}`;
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) {
      const building = `${name}_building`;
      await client.query(`drop database if exists ${building} with (force)`);
      await client.query(`create database ${building}`);
      const database = createDatabase({ url: await urlOf(building), maxConnections: 1 });
      try {
        await migrate(database.db, migrations);
        // The queue's schema takes longer to make than a clone takes, so it is made once for all.
        await createQueue({ ...database, log: createNoopLogger(), replicaId: '' }).migrate();
      } finally {
        await database.close();
      }
      await client.query(`alter database ${building} rename to ${name}`);
    }
    await client.query('select pg_advisory_unlock($1)', [templateLock]);
  } finally {
    client.release();
  }
  return name;
}

/** A watching test run goes on after a migration was edited, and must then not clone the old schema. */
function hashOfMigrations(): string {
  const folder = new URL('../database/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(new URL(file, folder)));
  return hash.digest('hex').slice(0, 16);
}
