import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';
import { isAlive, type ProcessIdentity, processIdentity } from './embedded/index.ts';

export interface DataLock {
  /** Has whoever is refused told that this server is reached at this URL. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

/** Process numbers and start times mean something only within one boot of the machine. */
const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const prefix = 'server.lock.';

/**
 * Claims a data directory for this process; a second server on the same directory is refused. The claim of a process that
 * has died, however it died, is void.
 *
 * A claim is a numbered file, and the highest number counts. A void claim is not removed but surpassed by the next number,
 * which only one process can create, and a claim given up stays as an empty file; so there is no moment at which two
 * processes could each believe that they cleared the way.
 */
export async function lockDataDirectory(dataDir: string): Promise<DataLock> {
  const mine = join(dataDir, `.claim-${randomUUID()}`);
  const claim = { ...processIdentity(process.pid), bootId: bootId() };
  await writeFile(mine, JSON.stringify(claim), { mode: 0o600 });
  try {
    for (;;) {
      const highest = await highestClaim(dataDir);
      await refuseIfHeld(dataDir, highest);
      const path = join(dataDir, `${prefix}${highest + 1}`);
      if (!(await create(mine, path))) continue;
      if ((await highestClaim(dataDir)) > highest + 1) {
        // What was read has been overtaken, and the number was free only because old claims are swept.
        await rm(path, { force: true });
        continue;
      }
      await sweep(dataDir, highest);
      return {
        announce: (url) => replace(path, JSON.stringify({ ...claim, url })),
        release: once(() => replace(path, '')),
      };
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function highestClaim(dataDir: string): Promise<number> {
  return Math.max(0, ...(await claims(dataDir)));
}

async function claims(dataDir: string): Promise<number[]> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(prefix));
  return names.map((name) => Number(name.slice(prefix.length))).filter(Number.isSafeInteger);
}

async function refuseIfHeld(dataDir: string, claim: number): Promise<void> {
  const holder = parse(await readFile(join(dataDir, `${prefix}${claim}`), 'utf8').catch(() => ''));
  if (!holder || holder.bootId !== bootId() || !isAlive(holder)) return;
  const place =
    holder.url === undefined ? 'It is starting or stopping' : `Its dashboard is at ${holder.url} now`;
  throw new StartupError(
    `A server runs here already: process ${holder.pid} uses the data directory ${dataDir}. ${place}. ` +
      `Stop it with Ctrl+C where it was started, or with: kill ${holder.pid}, or start this one with another --data-dir and --http-address.`,
  );
}

/** Linking fails when the name is taken, so of several processes one wins, and what it creates is whole. */
async function create(content: string, path: string): Promise<boolean> {
  return link(content, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function sweep(dataDir: string, upTo: number): Promise<void> {
  for (const claim of await claims(dataDir)) {
    if (claim <= upTo) await rm(join(dataDir, `${prefix}${claim}`), { force: true });
  }
}

/** Nobody reads half of it. */
async function replace(path: string, content: string): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, content, { mode: 0o600 });
  await rename(next, path);
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}

type Holder = ProcessIdentity & { bootId: string; url: string | undefined };

function parse(text: string): Holder | undefined {
  try {
    const { pid, startTicks, bootId, url } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof startTicks !== 'string' || typeof bootId !== 'string')
      return undefined;
    return { pid, startTicks, bootId, url: typeof url === 'string' ? url : undefined };
  } catch {
    return undefined;
  }
}
