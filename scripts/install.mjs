// Decides whether the dependencies are installed as the lock file says, and installs them if not.
// It runs before anything is installed and on the machine's own Node (20 or newer), so it imports nothing else.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.installed');

/** The Node this project runs on: the pinned one from the registry, or the machine's own where it is new enough. */
export function projectNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `no Node 24 for ${process.platform}-${process.arch}: install Node 24 or newer and run this command again`,
  );
}

/** Installs the dependencies when the lock file has changed since the last time. */
export function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing dependencies…');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) {
    console.error(
      'npm ci failed; see the lines above. Check that the npm registry can be reached, then try again.',
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
