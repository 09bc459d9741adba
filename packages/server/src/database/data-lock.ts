import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';
import { isAlive, type ProcessIdentity, processIdentity } from './embedded/index.ts';

export interface DataLock {
  release(): Promise<void>;
}

/** Process numbers and start times mean something only within one boot of the machine. */
const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/**
 * Claims a data directory for this process; a second server on the same directory is refused. The claim of a process that
 * has died, however it died, is void.
 */
export async function lockDataDirectory(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, 'server.lock');
  const mine = `${path}.${randomUUID()}`;
  const content = JSON.stringify({ ...processIdentity(process.pid), bootId: bootId() });
  await writeFile(mine, content, { mode: 0o600 });
  try {
    while (!(await claim(mine, path))) await removeDeadClaim(path, dataDir);
  } finally {
    await rm(mine, { force: true });
  }
  let released = false;
  return {
    async release() {
      if (!released && (await textOf(path)) === content) await rm(path, { force: true });
      released = true;
    },
  };
}

/** Linking fails when the name is taken, so of several processes one wins. */
async function claim(mine: string, path: string): Promise<boolean> {
  return link(mine, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function removeDeadClaim(path: string, dataDir: string): Promise<void> {
  const found = await textOf(path);
  if (found === undefined) return;
  const holder = parse(found);
  if (holder && holder.bootId === bootId() && isAlive(holder)) {
    throw new StartupError(
      `Another server (process ${holder.pid}) uses the data directory ${dataDir}. ` +
        `Stop it with: kill ${holder.pid}, or start this one with another --data-dir and --http-address.`,
    );
  }
  // Moved aside before it is removed: had another process just replaced the dead claim, its living one would go back.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await textOf(aside);
  if (moved !== undefined && moved !== found) await claim(aside, path);
  await rm(aside, { force: true });
}

function parse(text: string): (ProcessIdentity & { bootId: string }) | undefined {
  try {
    const { pid, startTicks, bootId } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof startTicks !== 'string' || typeof bootId !== 'string')
      return undefined;
    return { pid, startTicks, bootId };
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
