// `npm test`: installs if needed, then every check and test of the project. Its last line counts them truthfully:
// a check (types, lint, boundaries, unused) is one, a test is one; what could not run here is skipped, never passed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ensureInstalled, projectNode, root } from './install.mjs';

const option = (name) => process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const only = option('only')?.split(',');
const isHeavy = only?.includes('heavy') ?? false;
const counts = { passed: 0, failed: 0, skipped: 0 };

ensureInstalled();
const node = projectNode();
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: [bin, dirname(node), process.env.PATH].join(delimiter) };

function run(command, args) {
  const started = Date.now();
  const result = spawnSync(join(bin, command), args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return { ok: result.status === 0, seconds: ((Date.now() - started) / 1000).toFixed(1) };
}

function check(name, command, args) {
  if (only && !only.includes(name)) return;
  const { ok, seconds } = run(command, args);
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`);
  counts[ok ? 'passed' : 'failed'] += 1;
}

function tests(name, args) {
  if (only && !only.includes(name)) return;
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  const report = join(folder, 'report.json');
  const { ok, seconds } = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts.passed += result.numPassedTests;
    // A file that does not load has no tests of its own to count, but it is a failure.
    const broken = result.testResults.filter(
      (f) => f.status === 'failed' && f.assertionResults.length === 0,
    ).length;
    const failed = result.numFailedTests + broken;
    counts.failed += failed === 0 && !ok ? 1 : failed;
    counts.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  } catch (error) {
    console.error(`${name}: the test runner wrote no report: ${error.message}`);
    counts.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`);
}

// dependency-cruiser needs the API of TypeScript 6; the check itself is TypeScript 7's.
check('types', '../typescript-7/bin/tsc', ['--noEmit']);
check('types', '../typescript-7/bin/tsc', ['--noEmit', '--project', 'packages/dashboard']);
check('lint', 'biome', ['check', '--error-on-warnings', '.']);
check('boundaries', 'depcruise', [
  '--config',
  '.dependency-cruiser.cjs',
  'packages',
  'e2e',
  '--output-type',
  'err',
]);
check('unused', 'knip', []);
tests('unit', ['packages', 'scripts', '--passWithNoTests']);
tests('e2e', ['e2e', '--passWithNoTests']);
// What wants third-party programs or the whole machine is a command of its own (`npm run test:heavy`).
if (isHeavy) tests('heavy', ['--config', 'vitest.heavy.config.ts']);

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
