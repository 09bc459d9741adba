import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { processNumbers, userOf } from './process-table.ts';

/** The account a workspace runs under. Its group has the same number. */
export interface Account {
  uid: number;
  gid: number;
  /** Whether it is the workspace's alone, or the server's own. */
  own: boolean;
}

export interface AccountRange {
  first: number;
  count: number;
}

/**
 * Above what `useradd`, systemd and rootless containers give out on a usual machine, and below 2,097,152, the largest number
 * that an ustar archive holds: some build tools refuse to pack files of a higher one.
 */
export const defaultAccountRange: AccountRange = { first: 2_000_000, count: 90_000 };

export interface Accounts {
  /** The workspace's account; the same one each time until it is released. `fresh`: nothing can have run under it yet. */
  allocate(workspaceId: string): Promise<Account & { fresh: boolean }>;
  find(workspaceId: string): Promise<Account | undefined>;
  release(workspaceId: string): Promise<void>;
  /** The workspaces that have one of their own. */
  holders(): Promise<string[]>;
}

/** A server that is not root has one account to give: its own. */
export function ownAccount(uid: number, gid: number): Accounts {
  const account = { uid, gid, own: false };
  return {
    allocate: async () => ({ ...account, fresh: false }),
    find: async () => account,
    release: async () => {},
    holders: async () => [],
  };
}

/**
 * Gives each workspace an account that no other has. An allocation is a link, made by the kernel at once or not at all, so
 * two servers that allocate at the same moment cannot get the same. The search begins at a place that the workspace's id
 * decides, so that two installations on one machine do not give out the same numbers either.
 */
export function accountRegistry(folder: string, wanted: AccountRange = defaultAccountRange): Accounts {
  const account = (uid: number): Account => ({ uid, gid: uid, own: true });

  async function allocations(): Promise<{ uid: number; holder: string }[]> {
    const names = await readdir(folder).catch(() => []);
    const read = names.map(async (name) => ({
      uid: Number(name),
      holder: await readlink(join(folder, name)).catch(() => ''),
    }));
    return (await Promise.all(read)).filter(({ holder }) => holder !== '');
  }

  async function find(workspaceId: string): Promise<Account | undefined> {
    const found = (await allocations()).find(({ holder }) => holder === workspaceId);
    return found && account(found.uid);
  }

  async function allocate(workspaceId: string): Promise<Account & { fresh: boolean }> {
    const existing = await find(workspaceId);
    if (existing) return { ...existing, fresh: false };
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    const range = usableRange(wanted, readFileSync('/proc/self/uid_map', 'utf8'));
    const foreign = foreignUsers();
    const start = createHash('sha256').update(workspaceId).digest().readUInt32BE(0) % range.count;
    for (let step = 0; step < range.count; step++) {
      const uid = range.first + ((start + step) % range.count);
      if (foreign.has(uid)) continue;
      try {
        await symlink(workspaceId, join(folder, String(uid)));
        return { ...account(uid), fresh: true };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    throw new Error(
      `All ${range.count} accounts for workspaces are in use. Delete workspaces that are no longer needed.`,
    );
  }

  async function release(workspaceId: string): Promise<void> {
    const existing = await find(workspaceId);
    if (existing) await rm(join(folder, String(existing.uid)), { force: true });
  }

  const holders = async () => (await allocations()).map(({ holder }) => holder);

  return { allocate, find, release, holders };
}

/**
 * The wanted range, or, in a user namespace that does not have those numbers (a container), the upper half of the largest
 * range it has. `map` is the text of `/proc/self/uid_map`: inside, outside, count on each line.
 */
export function usableRange(wanted: AccountRange, map: string): AccountRange {
  const ranges = map
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([first = 0, , count = 0]) => ({ first, count }));
  if (ranges.some((r) => r.first <= wanted.first && wanted.first + wanted.count <= r.first + r.count))
    return wanted;
  const largest = ranges.reduce((a, b) => (b.count > a.count ? b : a));
  const half = Math.floor(largest.count / 2);
  // The last number of all is `nobody` or `nogroup` in some systems.
  if (half > 2) return { first: largest.first + largest.count - half, count: half - 2 };
  throw new Error(
    'This machine has no unprivileged accounts to give to workspaces: its user namespace holds too few. ' +
      'Run the server as another user than root.',
  );
}

/** Accounts that somebody has without us: named in the password file, or running something. */
function foreignUsers(): Set<number> {
  const named = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => Number(line.split(':')[2]));
  const running = processNumbers().map((pid) => userOf(pid) ?? -1);
  return new Set([...named, ...running]);
}
