import { execFile } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './accounts.ts';
import type { Layout, WorkspaceLayout } from './layout.ts';

const run = promisify(execFile);

/** Makes a workspace's folder, and the one that holds all of them: an account may pass to its own, and list nothing. */
export async function prepareRoot(layout: Layout, paths: WorkspaceLayout, account: Account): Promise<void> {
  await mkdir(paths.root, { recursive: true });
  // The account passes by its group: it may enter, and neither rename nor remove what the server put there.
  if (account.own) await chown(paths.root, 0, account.gid);
  await Promise.all([chmod(layout.workspaces, 0o711), chmod(paths.root, 0o750)]);
}

/** Makes what a workspace has in its folder, with owners and modes, or puts right what is there. */
export async function prepareFolders(
  paths: WorkspaceLayout,
  account: Account,
  agentNames: readonly string[],
): Promise<void> {
  await rm(paths.temporary, { recursive: true, force: true });
  await Promise.all([
    prepareHome(paths, account),
    own(paths.agentState, account, 0o700).then(async () => {
      for (const name of agentNames) await own(join(paths.agentState, name), account, 0o700);
    }),
    own(paths.temporary, account, 0o700).then(async () => {
      for (const name of ['tmp', 'var-tmp']) await own(join(paths.temporary, name), account, 0o700);
    }),
  ]);
}

async function own(folder: string, account: Account, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (account.own) await chown(folder, account.uid, account.gid);
  await chmod(folder, mode);
}

/** A new home appears at once and whole: a crash leaves no half of one. */
async function prepareHome(paths: WorkspaceLayout, account: Account): Promise<void> {
  const existing = await lstat(paths.home).catch(() => undefined);
  if (existing) {
    // The server ran under another account before.
    if (account.own && existing.uid !== account.uid) {
      await run('chown', ['-R', '-h', `${account.uid}:${account.gid}`, '--', paths.home]);
    }
    return;
  }
  const building = `${paths.home}.new`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building);
  await copySkeleton(building, account);
  await own(building, account, 0o700);
  await rename(building, paths.home);
}

/** What this machine gives a new user: the shell's start files. */
async function copySkeleton(home: string, account: Account): Promise<void> {
  const skeleton = '/etc/skel';
  for (const name of await readdir(skeleton).catch(() => [])) {
    await cp(join(skeleton, name), join(home, name), { recursive: true }).catch(() => undefined);
  }
  if (!account.own) return;
  for (const name of await readdir(home, { recursive: true })) {
    await chown(join(home, name), account.uid, account.gid);
  }
}

/** Writes the files that the sandbox shows under `/etc`, in which the account has a name. */
export async function writeAccountFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      await writeFile(join(folder, name), text, { mode: 0o644 });
    }),
  );
}

/**
 * Removes a tree, whatever its modes and depth. `rm` walks by descriptors, so no path in it can be too long, and stops at
 * mounts. Returns once nothing is there.
 */
export async function removeTree(folder: string): Promise<void> {
  const remove = () => run('rm', ['-rf', '--one-file-system', '--', folder]);
  try {
    await remove();
  } catch {
    // Its own owner cannot empty a folder that is closed to writing.
    await run('chmod', ['-R', 'u+rwX', '--', folder]).catch(() => undefined);
    await remove();
  }
}

/** Removes what an account has left in the folders of the machine that anybody may write. */
export async function removeStrayFiles(uid: number): Promise<void> {
  for (const shared of ['/tmp', '/var/tmp', '/dev/shm']) {
    for (const name of await readdir(shared).catch(() => [])) {
      const path = join(shared, name);
      const entry = await lstat(path).catch(() => undefined);
      if (entry?.uid === uid) await removeTree(path);
    }
  }
}
