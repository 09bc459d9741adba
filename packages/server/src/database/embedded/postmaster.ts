import { readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity, processArguments, processIdentity } from './process-info.ts';

/** A running PostgreSQL server of a cluster. */
export interface Postmaster extends ProcessIdentity {
  /** The directory of its unix socket. */
  socketDir: string;
  /** The program it runs, to tell another version's. */
  program: string;
}

/** Finds the live server of a cluster, whoever started it. A file left by a dead one, or whose number another program has now, is no server. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const identity = processIdentity(Number(lines[0]));
  if (!identity) return undefined;
  const [program = '', ...args] = processArguments(identity.pid);
  if (basename(program) !== 'postgres' || !args.some((arg) => samePlace(arg, cluster))) return undefined;
  return { ...identity, socketDir: lines[4] ?? '', program };
}

function samePlace(path: string, cluster: string): boolean {
  try {
    return path.startsWith('/') && realpathSync(path) === realpathSync(cluster);
  } catch {
    return false;
  }
}

const pollMs = 5;

/** Whether the process has ended within the time. */
export async function waitForEnd(process: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (const until = performance.now() + timeoutMs; performance.now() < until; await delay(pollMs)) {
    if (!isAlive(process)) return true;
  }
  return !isAlive(process);
}

/**
 * Stops a server: SIGINT ends its connections and writes a checkpoint ("fast"); if that takes longer than `graceMs`,
 * SIGQUIT ends it at once, and the next start recovers from its log.
 */
export async function stopPostmaster(postmaster: ProcessIdentity, { graceMs = 20_000 } = {}): Promise<void> {
  for (const [name, timeoutMs] of [
    ['SIGINT', graceMs],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isAlive(postmaster)) return;
    signal(postmaster.pid, name);
    if (await waitForEnd(postmaster, timeoutMs)) return;
  }
  throw new Error(`PostgreSQL (process ${postmaster.pid}) does not end`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
