import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { outcomesOf } from './harness/outcomes.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
const { ok, refused } = outcomesOf(() => deployment);

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'local');
  await ok('create', 'web', '--template', 'local', '--yes');
}, 120_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const workspace = (name: string) => deployment.client.workspaces.getByName({ user: 'me', name });

test(verifies('cli.open'), { timeout: 90_000 }, async () => {
  expect(await ok('open', 'dashboard', 'web')).toBe(`${deployment.url}/workspaces/ada/web\n`);
  expect(await refused('open', 'app', 'web')).toContain('has no apps');
  expect(await refused('open', 'vscode', 'web')).toContain('code-server');
});

test(verifies('cli.speedtest'), { timeout: 90_000 }, async () => {
  const table = await ok('speedtest', 'web', '--time', '2s');
  expect(table).toMatch(/^INTERVAL +THROUGHPUT\n0\.00-1\.00 sec +[\d.]+ Mbits\/sec\n[\s\S]*total 0\.00-\d/);
  const up = JSON.parse(await ok('speedtest', 'web', '--direction', 'up', '-t', '1s', '-o', 'json')) as {
    overall: { throughput_mbits: number };
  };
  expect(up.overall.throughput_mbits).toBeGreaterThan(0);
  expect(await ok('ssh', 'web', '--', 'ls -A /tmp')).not.toContain('speedtest');
});

test(verifies('cli.support-bundle'), { timeout: 90_000 }, async () => {
  const file = join(deployment.home, 'bundle.tar.gz');
  const made = await deployment.coder(['support', 'bundle', 'web', '-O', file]);
  expect([made.code, made.stdout], made.stderr).toEqual([0, `${file}\n`]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const tar = (...args: string[]) => execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  const names = tar('-tzf', file).trim().split('\n');
  for (const name of ['deployment/buildinfo.json', 'deployment/healthz.txt', 'workspace/build.log']) {
    expect(names).toContain(name);
  }
  expect(names.some((name) => /^agents\/.*\/agent\.log$/.test(name))).toBe(true);
  const all = tar('-xzOf', file);
  expect(all).toContain('"CODER_SESSION_TOKEN": "[removed]"');
  expect(all).not.toContain(deployment.token);
  const before = readFileSync(file);
  expect(await refused('support', 'bundle', 'web', '-O', file)).toContain('is there already');
  expect(readFileSync(file).equals(before)).toBe(true);
});

test(verifies('cli.state'), { timeout: 120_000 }, async () => {
  const file = join(deployment.home, 'state.json');
  expect(await ok('state', 'pull', 'web', file)).toBe('');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const pulled = readFileSync(file, 'utf8');
  expect(await ok('state', 'pull', 'web')).toBe(pulled);
  expect(await refused('state', 'pull', 'web', file)).toContain('is there already');

  const changed = { ...(JSON.parse(pulled) as object), note: 'by hand' };
  writeFileSync(file, JSON.stringify(changed));
  const { latest_build: first } = await workspace('web');
  await ok('state', 'push', 'web', file, '--no-build');
  expect(JSON.parse(await ok('state', 'pull', 'web'))).toEqual(changed);
  expect((await workspace('web')).latest_build.id).toBe(first.id);

  writeFileSync(file, pulled);
  const push = ['state', 'push', 'web', file, '--build', String(first.build_number)];
  await ok(...push);
  const { latest_build: second } = await workspace('web');
  expect(second).toMatchObject({ build_number: first.build_number + 1, transition: 'start' });
  expect(second.job.status).toBe('succeeded');
  const earlier = ['--build', String(first.build_number)];
  expect(await refused('state', 'push', 'web', file, '-n', ...earlier)).toContain('an earlier one');
  expect(JSON.parse(await ok('state', 'pull', 'web', ...earlier))).toEqual(JSON.parse(pulled));
  writeFileSync(file, '[]');
  expect(await refused('state', 'push', 'web', file, '-n')).toContain('JSON object');
  expect(await refused('state', 'pull', 'web', '--build', 'first')).toContain('not a number');
  const missing = await refused('state', 'push', 'web', `${file}.old`, '-n');
  expect(missing).toContain('there is no such file. Name a file that "coder state pull');
});

test(verifies('cli.workspace-settings'), { timeout: 120_000 }, async () => {
  await ok('favorite', 'web');
  await ok('autoupdate', 'web', 'always', '--yes');
  expect(await workspace('web')).toMatchObject({ favorite: true, automatic_updates: 'always' });
  await ok('unfav', 'web');
  await ok('autoupdate', 'web', 'never');
  expect(await workspace('web')).toMatchObject({ favorite: false, automatic_updates: 'never' });
  expect(await refused('autoupdate', 'web', 'sometimes')).toContain('always, never');

  expect(await refused('rename', 'web', 'site')).toContain('--yes');
  expect(await refused('rename', 'web', 'site', '--yes')).toContain('while it is stopped');
  await ok('stop', 'web', '--yes');
  await ok('rename', 'web', 'site', '--yes');
  expect(await workspace('site')).toMatchObject({ name: 'site' });
});
