import { mkdtempSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  embeddedPaths,
  findPostmaster,
  processIdentity,
  stopPostmaster,
} from '../database/embedded/index.ts';
import { runDirectoryVariable } from './run-directory.ts';

const prefix = 'coder-test-';

/**
 * What vitest calls once a run: it names a directory for the run's database server, which the first test that wants a
 * database starts, and at the end it stops the server. A run that was killed is cleaned up by the next one.
 */
export async function setup(): Promise<() => Promise<void>> {
  await removeDeadRuns();
  const directory = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // The database's account is not ours when the tests run as root.
  await chmod(directory, 0o711);
  process.env[runDirectoryVariable] = directory;
  return () => removeRun(directory);
}

async function removeDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    const directory = join(tmpdir(), name);
    if (processIdentity(pid) === undefined) await removeRun(directory).catch(() => undefined);
  }
}

async function removeRun(directory: string): Promise<void> {
  const postmaster = findPostmaster(embeddedPaths(directory).cluster);
  if (postmaster) await stopPostmaster(postmaster);
  await rm(directory, { recursive: true, force: true });
}
