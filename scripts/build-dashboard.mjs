// Builds the dashboard into packages/dashboard/dist when it is missing or older than its sources. `npm start` and the tests
// call it, so that nobody has to remember; `npm run build --workspace packages/dashboard` does the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dashboard = join(root, 'packages', 'dashboard');
const dist = join(dashboard, 'dist');

/** A hash over everything that the result is made of. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = [
    'package-lock.json',
    'packages/dashboard/index.html',
    'packages/dashboard/vite.config.ts',
    ...globSync(['packages/dashboard/src/**/*', 'packages/api/src/**/*.ts'], {
      cwd: root,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length)),
    'scripts/build-dashboard.mjs',
  ];
  for (const name of sources.sort()) hash.update(`${name}\0`).update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

/** The server sends these instead where the browser takes them; compressed once, they cost no request anything. */
function compress(folder) {
  for (const name of globSync('assets/*.{js,css,svg}', { cwd: folder })) {
    const file = join(folder, name);
    const content = readFileSync(file);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    writeFileSync(`${file}.br`, brotliCompressSync(content, quality));
    writeFileSync(`${file}.gz`, gzipSync(content));
  }
}

/** Builds with this Node, which must be the project's. Returns whether the dashboard is there and up to date. */
export function ensureDashboard(node = process.execPath) {
  const wanted = fingerprint();
  const stamp = join(dist, '.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  console.error('Building the dashboard…');
  // Into a folder of its own that takes the place of the old one whole: a running server never serves half a dashboard.
  const folder = mkdtempSync(join(dashboard, '.dist-'));
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
    const result = spawnSync(node, args, { cwd: dashboard, stdio: ['ignore', 2, 2] });
    if (result.status !== 0) return false;
    compress(folder);
    // The folder was made for this user alone; the server may run as another.
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, '.built-from'), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(folder, dist);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(ensureDashboard() ? 0 : 1);
