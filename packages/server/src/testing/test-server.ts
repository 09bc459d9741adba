import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../database/index.ts';
import { createNoopLogger } from '../logger.ts';
import { runDirectory } from './run-directory.ts';

/** A test database need not survive the machine, only be fast and hold many databases at once. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
const startTimeoutMs = 60_000;
let server: Promise<string> | undefined;

/**
 * The URL of the run's database server, as a template in which `{database}` stands for a database's name. The first
 * process that asks starts the server; the others wait for it.
 */
export function testServer(): Promise<string> {
  server ??= startOrWait(runDirectory());
  return server;
}

async function startOrWait(directory: string): Promise<string> {
  const ready = join(directory, 'server-url');
  if (wins(join(directory, 'starting'))) {
    const { urlOf } = await startEmbeddedPostgres({ dataDir: directory, log: createNoopLogger(), settings });
    await writeFile(`${ready}.new`, urlOf('{database}'), { mode: 0o600 });
    await rename(`${ready}.new`, ready);
  }
  for (const until = performance.now() + startTimeoutMs; performance.now() < until; await delay(10)) {
    if (existsSync(ready)) return readFile(ready, 'utf8');
  }
  throw new Error(
    `the database server of this test run did not start in ${directory}: see the first failed test`,
  );
}

function wins(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false;
  }
}
