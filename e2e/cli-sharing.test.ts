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
  await ok('create', 'web', '--template', 'local', '--yes', '--no-wait');
  for (const name of ['ann', 'ben']) {
    await ok(
      'users',
      'create',
      '--username',
      name,
      '--email',
      `${name}@example.com`,
      '--password',
      'Long-enough-8!',
    );
  }
  await ok('groups', 'create', 'dev');
}, 120_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

test(verifies('cli.sharing'), { timeout: 60_000 }, async () => {
  const status = async () => JSON.parse(await ok('sharing', 'status', 'web', '-o', 'json')) as unknown;
  expect(await status()).toEqual([]);
  const shared = await ok('sharing', 'share', 'web', '--user', 'ann,Ben:admin', '--group', 'dev');
  expect(shared).toMatch(/^USER +GROUP +ROLE\n/);
  const rows = [
    { user: 'ann', group: '-', role: 'use' },
    { user: 'ben', group: '-', role: 'admin' },
    { user: '-', group: 'dev', role: 'use' },
  ];
  expect(await status()).toEqual(rows);
  expect(await ok('show', 'web')).toContain('group dev (use)');
  await ok('share', 'add', 'web', '--user', 'ann:admin');
  await ok('sharing', 'remove', 'web', '--user', 'ben', '--group', 'dev');
  expect(await status()).toEqual([{ user: 'ann', group: '-', role: 'admin' }]);

  expect(await refused('sharing', 'add', 'web')).toContain('--user <name[:role]>');
  expect(await refused('sharing', 'add', 'web', '--user', 'ann:owner')).toContain('ann:use, ann:admin');
  expect(await refused('sharing', 'add', 'web', '--user', 'anne')).toContain('Did you mean "ann"?');
  expect(await refused('sharing', 'add', 'web', '--group', 'ops')).toContain('No group "ops"');
  expect(await refused('sharing', 'remove', 'web', '--user', 'ben')).toContain(
    'is not shared with the user "ben"',
  );
  expect(await status()).toEqual([{ user: 'ann', group: '-', role: 'admin' }]);
});
