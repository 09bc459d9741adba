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
  // `npm ci` refuses a lock file that leaves out packages of other platforms, which npm itself writes when a registry does
  // not have them. `npm install` takes the same versions from it.
  const strict = npm('ci');
  if (strict.status !== 0) {
    const lenient = npm('install', '--no-save');
    if (lenient.status !== 0) {
      console.error(strict.stderr, lenient.stderr);
      console.error(
        'npm cannot install the dependencies; see the lines above. Check that the npm registry can be reached, then try again.',
      );
      process.exit(1);
    }
  }
  writeFileSync(stamp, wanted);
}

/** Runs npm in the project's folder. What it says is kept for the case that it fails. */
function npm(...args) {
  return spawnSync('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}
