import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Logger } from '../../logger.ts';
import { codeFile } from './agent-script.mjs';

const run = promisify(execFile);

/**
 * Node's options for an agent. A fork copies the tables of all the memory that the agent has, so what it costs to start a command
 * grows with that. Young objects get 1 MiB instead of 16, and no threads compile or collect beside it.
 * (`--single-threaded` would say the latter in one, but the engine then takes nothing of what Node keeps compiled of itself.)
 */
export const nodeOptions = [
  '--max-semi-space-size=1',
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
];

/** The programs every workspace is given, in a folder that its account may read and not write. */
export interface Runtime {
  /** Holds `bin/node`, `agent/`, `bootstrap.mjs` and what that needs. */
  folder: string;
  /** The agent's file, relative to the folder. */
  entry: string;
}

/** What starts an agent. */
const starters = [
  new URL('./bootstrap.mjs', import.meta.url),
  new URL('./agent-script.mjs', import.meta.url),
].map((url) => fileURLToPath(url));
const precompiler = fileURLToPath(new URL('./precompile.mjs', import.meta.url));

/** Where things are in a runtime folder, wherever that is mounted. */
export const runtimePaths = {
  bin: 'bin',
  node: 'bin/node',
  bootstrap: 'bootstrap.mjs',
  agent: 'agent',
} as const;

/**
 * Places Node and the agent under `target`, in a folder named for what is in it, so that a new version of either stands beside
 * the one that running workspaces use. `entry` is the agent's file; all that is beside it in its folder belongs to it.
 */
export async function stageRuntime(
  target: string,
  node: string,
  entry: string,
  log: Pick<Logger, 'warn'>,
): Promise<Runtime> {
  const folder = join(target, await fingerprint(node, entry));
  const runtime = { folder, entry: join(runtimePaths.agent, basename(entry)) };
  if (await exists(folder)) {
    await keepCode(node, join(folder, runtime.entry), log);
    return runtime;
  }
  await mkdir(target, { recursive: true });
  await chmod(target, 0o755);
  const building = `${folder}.${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(join(building, runtimePaths.bin), { recursive: true });
  await placeProgram(node, target, join(building, runtimePaths.node));
  for (const file of starters) await copyFile(file, join(building, basename(file)));
  await cp(dirname(entry), join(building, runtimePaths.agent), { recursive: true, dereference: true });
  await keepCode(node, join(building, runtime.entry), log);
  await openToAll(building);
  try {
    await rename(building, folder);
  } catch (error) {
    // Another server that starts at the same moment has placed the same files.
    await rm(building, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return runtime;
}

/** Keeps what the engine makes of a bundle, once. Where that fails, agents start without it, only slower, and the next server tries again. */
async function keepCode(node: string, entry: string, log: Pick<Logger, 'warn'>): Promise<void> {
  if (!entry.endsWith('.cjs') || (await exists(codeFile(entry)))) return;
  await run(node, [...nodeOptions, precompiler, entry], { env: {}, timeout: 30_000 }).catch(
    (error: unknown) => {
      log.warn({ err: error }, 'the agent could not be compiled beforehand: workspaces start more slowly');
    },
  );
}

/** What is in the runtime, as a name. Node is known by its size and time: reading 120 MB would take too long. */
async function fingerprint(node: string, entry: string): Promise<string> {
  const { size, mtimeMs } = await stat(node);
  const hash = createHash('sha256').update(
    `${process.version} ${size} ${mtimeMs} ${nodeOptions.join(' ')}\n`,
  );
  for (const file of [...starters, precompiler]) hash.update(await readFile(file));
  const names = await readdir(dirname(entry), { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name));
  for (const file of files.sort())
    hash.update(`\n${file.slice(dirname(entry).length)}\n`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Links the program into place: that costs neither time nor room. Where a link cannot be made, or others may not run the
 * original, it is a link to a copy that all versions of the runtime share.
 */
async function placeProgram(source: string, shared: string, target: string): Promise<void> {
  const { mode, size, mtimeMs } = await stat(source);
  const open = (mode & 0o005) === 0o005;
  if (open && (await tryLink(source, target))) return;
  const copy = join(shared, `node-${size}-${Math.trunc(mtimeMs)}`);
  if (!(await exists(copy))) {
    await copyFile(source, `${copy}.${process.pid}`);
    await chmod(`${copy}.${process.pid}`, 0o755);
    await rename(`${copy}.${process.pid}`, copy);
  }
  if (!(await tryLink(copy, target))) await copyFile(copy, target);
}

async function tryLink(source: string, target: string): Promise<boolean> {
  return link(source, target).then(
    () => true,
    () => false,
  );
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    // A program may be a link to a file that is not ours to change; it has been checked.
    else if (entry.name !== basename(runtimePaths.node))
      await chmod(path, entry.name.endsWith('.node') ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
