import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../logger.ts';
import { StartupError } from '../../startup-error.ts';
import { type Account, checkReachable, postgresAccount, spawnAs } from './account.ts';
import { ensureCluster, superuser } from './cluster.ts';
import { type EmbeddedPaths, embeddedPaths } from './paths.ts';
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.ts';
import { isAlive } from './process-info.ts';
import { type Runtime, stageRuntime } from './runtime.ts';
import { settingArguments } from './settings.ts';
import { ensureSocketDirectory } from './socket.ts';

export interface EmbeddedPostgres {
  /** The URL of the database `coder`, password included. */
  url: string;
  /** The URL of another database of this server. */
  urlOf(database: string): string;
  pid: number;
  /** Whether a server left running by an earlier run was taken over. */
  takenOver: boolean;
  /** Whether it still runs. */
  alive(): boolean;
  /** Ends it: connections are closed, everything is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Kept by the server; made if it is missing. */
  dataDir: string;
  log: Logger;
  /** Settings of PostgreSQL beside our own. */
  settings?: Readonly<Record<string, string>>;
}

const startTimeoutMs = 60_000;
/** How long the children of a server that was killed may take to notice. */
const orphanTimeoutMs = 10_000;

/**
 * Starts the PostgreSQL that comes with the server, or takes over the one an earlier run left behind: nothing there, it is
 * made; a live one of this version, it is used; a live one of another version or one that is ending, it is stopped; a
 * dead one's file, PostgreSQL recovers. It listens on a unix socket only. The caller makes sure that no other server uses
 * the same data directory.
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
  settings,
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const paths = embeddedPaths(dataDir);
  await mkdir(paths.runtimes, { recursive: true, mode: 0o711 });
  checkReachable(paths.runtimes, account);
  const runtime = await stageRuntime(paths.runtimes);
  const password = await ensureCluster(paths, runtime, account);
  const program = join(runtime.bin, 'postgres');
  let postmaster = findPostmaster(paths.cluster);
  if (postmaster && postmaster.program !== program) {
    log.info(
      { pid: postmaster.pid, program: postmaster.program },
      'stopping a database left running by another version',
    );
    await stopPostmaster(postmaster);
    postmaster = undefined;
  }
  if (postmaster && !(await answers(postmaster, password))) {
    await stopPostmaster(postmaster);
    postmaster = undefined;
  }
  const takenOver = postmaster !== undefined;
  postmaster ??= await launchAfterOrphans(paths, program, account, password, settings);
  const running = postmaster;
  const urlOf = (database: string) => socketUrl(running.socketDir, password, database);
  await ensureDatabase(urlOf('postgres'), superuser);
  await removeOtherRuntimes(paths, runtime);
  log.info(
    { pid: running.pid, version: runtime.version, takenOver },
    takenOver ? 'database taken over' : 'database started',
  );
  return {
    url: urlOf(superuser),
    urlOf,
    pid: running.pid,
    takenOver,
    alive: () => isAlive(running),
    stop: () => stopPostmaster(running),
  };
}

function socketUrl(socketDir: string, password: string, database: string): string {
  return `postgresql://${superuser}:${password}@localhost/${database}?host=${encodeURIComponent(socketDir)}`;
}

/**
 * Launches, again while a server that was killed is still in the way: its children that hold its shared memory, or itself,
 * dead but not yet taken note of by its parent. Both end within moments.
 */
async function launchAfterOrphans(...args: Parameters<typeof launch>): Promise<Postmaster> {
  for (const until = performance.now() + orphanTimeoutMs; ; await delay(50)) {
    try {
      return await launch(...args);
    } catch (error) {
      const orphans =
        error instanceof StartupError &&
        /shared memory block .* still in use|lock file "postmaster.pid" already exists/.test(error.message);
      if (!orphans || performance.now() > until) throw error;
    }
  }
}

async function launch(
  paths: EmbeddedPaths,
  program: string,
  account: Account,
  password: string,
  settings: EmbeddedOptions['settings'],
): Promise<Postmaster> {
  const socketDir = await ensureSocketDirectory(paths.socket, account);
  const logFile = await open(paths.log, 'a', 0o600);
  const logStart = (await logFile.stat()).size;
  const args = ['-D', paths.cluster, '-k', socketDir, ...settingArguments(settings)];
  // It is a session of its own with files for its output, so that neither the terminal's Ctrl-C nor our death ends it.
  const child = spawn(program, args, {
    ...spawnAs(account),
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  const ended = endOf(child);
  await logFile.close();
  child.unref();
  for (const until = performance.now() + startTimeoutMs; performance.now() < until; await delay(10)) {
    const outcome = ended();
    if (outcome) {
      throw new StartupError(
        `PostgreSQL did not start (${outcome}). It said:\n${await tail(paths.log, logStart)}`,
      );
    }
    const postmaster = findPostmaster(paths.cluster);
    if (!postmaster || postmaster.pid !== child.pid || !postmaster.socketDir) continue;
    if (await answers(postmaster, password)) return postmaster;
  }
  child.kill('SIGQUIT');
  throw new StartupError(
    `PostgreSQL did not answer within ${startTimeoutMs / 1000} s. It said:\n${await tail(paths.log, logStart)}`,
  );
}

/** A function that says how a child ended, once it has. */
function endOf(child: ChildProcess): () => string | undefined {
  let outcome: string | undefined;
  child.once('error', (error) => (outcome = error.message));
  child.once('exit', (code, signal) => (outcome = signal ?? `exit code ${code}`));
  return () => outcome;
}

async function tail(file: string, from: number): Promise<string> {
  const size = (await stat(file)).size;
  const handle = await open(file);
  const start = Math.max(from, size - 4_000);
  const { buffer, bytesRead } = await handle.read({
    buffer: Buffer.alloc(Math.max(1, size - start)),
    position: start,
  });
  await handle.close();
  return buffer.toString('utf8', 0, bytesRead).trim();
}

/** Whether a server takes connections: it does so soon if it is starting or recovering, never if it is ending. */
async function answers(postmaster: Postmaster, password: string): Promise<boolean> {
  while (isAlive(postmaster)) {
    const client = new pg.Client({ connectionString: socketUrl(postmaster.socketDir, password, 'postgres') });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === '28P01') throw passwordRefused(postmaster);
      if (code === '57P03' && /shutting down/.test(message)) return false;
      // 57P03: it is starting up or recovering. The others: its socket is not there yet, or no longer.
      if (!['57P03', 'ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(code ?? '')) throw error;
      await delay(10);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

function passwordRefused({ pid }: Postmaster): StartupError {
  return new StartupError(
    `The built-in database (process ${pid}) refuses the password in the data directory. ` +
      'Restore the file postgres/password that belongs to this data.',
  );
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function removeOtherRuntimes({ runtimes }: EmbeddedPaths, { version }: Runtime): Promise<void> {
  for (const name of await readdir(runtimes)) {
    if (/^\.?postgres-/.test(name) && name !== `postgres-${version}`) {
      await rm(join(runtimes, name), { recursive: true, force: true });
    }
  }
}
