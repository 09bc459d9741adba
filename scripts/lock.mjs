// `npm run lock`: writes package-lock.json anew from the manifests. npm leaves out of it what the registry it asked does not
// carry for other platforms, and `npm ci` then refuses the file as incomplete; those optional packages are added by name.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './install.mjs';

const OS = [
  'linux',
  'darwin',
  'win32',
  'android',
  'freebsd',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'openharmony',
];
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el'];

/** The platform that a package says it is for by its name. */
function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-.]/);
  const os = OS.find((each) => words.includes(each));
  const cpu = CPU.find((each) => words.includes(each));
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...libc };
}

/** Where a package's own dependency is looked for, from its folder upwards. */
function isLocked(packages, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packages[join(folder, 'node_modules', name)]) return true;
    if (folder === '.' || folder === '') return packages[`node_modules/${name}`] !== undefined;
  }
}

// In a folder without node_modules, because npm otherwise locks what happens to be installed.
const folder = mkdtempSync(join(tmpdir(), 'lock-'));
for (const path of ['package.json', '.npmrc']) cpSync(join(root, path), join(folder, path));
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const listed = spawnSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', ...workspaces.map((w) => `${w}/package.json`)],
  {
    cwd: root,
    encoding: 'utf8',
  },
);
for (const path of listed.stdout.trim().split('\n'))
  cpSync(join(root, path), join(folder, path), { recursive: true });
cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
const made = spawnSync(
  'npm',
  ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'],
  {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  },
);
if (made.status !== 0) process.exit(made.status ?? 1);

const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
const { packages } = lock;
let added = 0;
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(packages, path, name)) continue;
    packages[`node_modules/${name}`] = {
      version: version.replace(/^[^\d]*/, ''),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
rmSync(folder, { recursive: true, force: true });
console.log(
  `package-lock.json: ${Object.keys(packages).length} packages, ${added} of other platforms added by name`,
);
