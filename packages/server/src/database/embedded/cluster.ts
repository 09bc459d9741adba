import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StartupError } from '../../startup-error.ts';
import { type Account, spawnAs } from './account.ts';
import type { EmbeddedPaths } from './paths.ts';
import type { Runtime } from './runtime.ts';

/** The superuser of the cluster, and the one account in it. */
export const superuser = 'coder';

/**
 * Makes the cluster if there is none, and returns its password. It is built beside its place and moved there when it is
 * whole, so a crash at any moment leaves either no cluster or a good one.
 */
export async function ensureCluster(
  paths: EmbeddedPaths,
  runtime: Runtime,
  account: Account,
): Promise<string> {
  await mkdir(dirname(paths.cluster), { recursive: true });
  await chmod(dirname(paths.cluster), 0o711);
  const major = await clusterMajor(paths.cluster);
  if (major === undefined) return createCluster(paths, runtime, account);
  if (major !== String(runtime.major)) {
    throw new StartupError(
      `The database in ${paths.cluster} was made by PostgreSQL ${major}, and this server brings PostgreSQL ` +
        `${runtime.major}. Start the server version that made it, dump the database with pg_dump and load it into a new one, ` +
        'or set CODER_PG_CONNECTION_URL to a PostgreSQL of your own.',
    );
  }
  try {
    return (await readFile(paths.password, 'utf8')).trim();
  } catch (cause) {
    throw new StartupError(
      `The password of the built-in database is missing: ${paths.password}. Restore that file from a backup.`,
      { cause },
    );
  }
}

async function clusterMajor(cluster: string): Promise<string | undefined> {
  return readFile(join(cluster, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function createCluster(paths: EmbeddedPaths, runtime: Runtime, account: Account): Promise<string> {
  const parent = dirname(paths.cluster);
  for (const name of await readdir(parent)) {
    if (name.startsWith('new-')) await rm(join(parent, name), { recursive: true, force: true });
  }
  const password = randomBytes(24).toString('base64url');
  const building = await mkdtemp(join(parent, 'new-'));
  const passwordFile = join(building, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.other) for (const path of [building, passwordFile]) await chown(path, account.uid, account.gid);
  await run(join(runtime.bin, 'initdb'), account, [
    `--pgdata=${join(building, 'cluster')}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth-local=scram-sha-256',
    '--auth-host=reject',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]);
  // The password comes first: one without a cluster does no harm, a cluster without its password would be lost.
  const keep = join(parent, `.${basename(paths.password)}-${process.pid}`);
  await writeFile(keep, `${password}\n`, { mode: 0o600, flush: true });
  await rename(keep, paths.password);
  await rename(join(building, 'cluster'), paths.cluster);
  await rm(building, { recursive: true, force: true });
  return password;
}

/** Runs a program to its end; what it printed becomes the error if it fails. */
function run(program: string, account: Account, args: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program, args, { ...spawnAs(account), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  child.once('error', (cause) => {
    reject(new StartupError(`${basename(program)} could not be started: ${cause.message}.`, { cause }));
  });
  child.once('close', (code, signal) => {
    if (code === 0) resolve();
    else if (/could not look up effective user ID/.test(output)) reject(namelessAccount());
    else
      reject(
        new StartupError(`${basename(program)} failed (${signal ?? `exit code ${code}`}):\n${output.trim()}`),
      );
  });
  return promise;
}

/** Containers are often started under a number that has no name. */
function namelessAccount(): StartupError {
  return new StartupError(
    `PostgreSQL runs only as an account that has a name, and uid ${process.getuid?.()} has none on this machine. ` +
      'Add it to /etc/passwd, or set CODER_PG_CONNECTION_URL to a PostgreSQL of your own.',
  );
}
