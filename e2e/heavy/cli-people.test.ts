import { createApiClient, type Group, type User } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment, owner } from '../harness/deployment.ts';
import { outcomesOf } from '../harness/outcomes.ts';
import { verifies } from '../requirements.ts';

let deployment: Deployment;
const { ok, refused } = outcomesOf(() => deployment);

beforeAll(async () => {
  deployment = await createDeployment();
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const signIn = (email: string, password: string) =>
  createApiClient({ url: deployment.url }).users.login({ email, password });

test(verifies('cli.users-administration'), { timeout: 180_000 }, async () => {
  const first = 'a long password';
  await ok('users', 'create', '-u', 'bob', '-e', 'bob@example.com', '-p', first);
  const shown = JSON.parse(await ok('users', 'show', 'bob', '-o', 'json')) as User;
  expect(shown).toMatchObject({ username: 'bob', email: 'bob@example.com', roles: [] });
  expect(await ok('users', 'show', 'me')).toMatch(/Username +ada\n/);
  expect(await refused('users', 'show', 'bert')).toMatch(/No user "bert".*bob/);

  expect(await refused('users', 'suspend', 'bob')).toContain('--yes');
  await ok('users', 'suspend', 'bob', '--yes');
  expect(await ok('users', 'show', 'bob')).toMatch(/Status +suspended/);
  await expect(signIn('bob@example.com', first)).rejects.toThrow();
  expect(await ok('users', 'activate', 'bob')).not.toContain('suspended');
  const { session_token } = await signIn('bob@example.com', first);

  expect(await refused('users', 'edit-roles', 'bob', '--roles', 'auditer', '--yes')).toContain('"auditor"');
  expect(await refused('users', 'edit-roles', 'bob', '--yes')).toContain('user-admin');
  await ok('users', 'edit-roles', 'bob', '--roles', 'auditor,user-admin', '--yes');
  expect(await ok('users', 'roles', 'bob')).toMatch(/auditor +Auditor +yes/);
  await ok('users', 'edit-roles', 'bob', '--roles', 'member', '--yes');
  const roles = JSON.parse(await ok('users', 'roles', 'bob', '-o', 'json')) as { has: boolean }[];
  expect(roles.some((role) => role.has)).toBe(false);

  const made = /shown once: (\S+)/.exec(await ok('users', 'reset-password', 'bob', '--yes'))?.[1] ?? '';
  await expect(signIn('bob@example.com', first)).rejects.toThrow();
  await signIn('bob@example.com', made);
  const old = createApiClient({ url: deployment.url, token: session_token });
  await expect(old.users.get({ user: 'me' })).rejects.toMatchObject({ status: 401 });
  const mine = ['users', 'reset-password', 'me', '-p', 'yet another password', '--yes'];
  expect(await refused(...mine)).toContain('old_password');
  await ok(...mine, '--old-password', owner.password);

  expect(await refused('users', 'delete', 'bob')).toContain('--yes');
  await ok('users', 'delete', 'bob', '--yes');
  expect(await refused('users', 'show', 'bob')).toContain('No user "bob"');
});

test(verifies('cli.organizations'), { timeout: 240_000 }, async () => {
  await ok('users', 'create', '-u', 'eve', '-e', 'eve@example.com', '-p', 'a long password');
  expect(await ok('organizations', 'create', 'lab', '--display-name', 'The lab')).toContain('lab');
  expect(await ok('organizations', 'list')).toMatch(/lab +The lab/);
  const id = (await ok('organizations', 'show', 'lab', '--only-id')).trim();
  expect(await ok('organizations', 'show', id)).toMatch(/Display name +The lab/);
  expect(await refused('organizations', 'show', 'labs')).toMatch(/No organization "labs".*lab/);

  const inLab = ['-O', 'lab'];
  await ok('organizations', 'members', 'add', 'eve', ...inLab);
  const give = ['organizations', 'members', 'edit-roles', 'eve', ...inLab, '--yes'];
  expect(await refused(...give, '--roles', 'organisation-admin')).toContain('"organization-admin"');
  await ok(...give, '--roles', 'organization-admin');
  expect(await ok('organizations', 'members', 'list', ...inLab)).toMatch(/eve +organization-admin/);
  expect(await ok('organizations', 'members', 'roles', ...inLab)).toContain('organization-auditor');

  await ok('groups', 'create', 'testers', '--display-name', 'Who tests', ...inLab);
  await ok('groups', 'edit', 'testers', '--add-users', 'eve', '--quota-allowance', '5', ...inLab);
  expect(await refused('groups', 'edit', 'testers', ...inLab)).toContain('Nothing is to be changed');
  expect(await ok('groups', 'members', 'testers', ...inLab)).toContain('eve');
  const groups = JSON.parse(await ok('groups', 'list', ...inLab, '-o', 'json')) as Group[];
  expect(groups.find((group) => group.name === 'testers')).toMatchObject({
    display_name: 'Who tests',
    quota_allowance: 5,
    total_member_count: 1,
  });
  expect(await refused('groups', 'members', 'tester', ...inLab)).toMatch(/No group "tester".*testers/);
  await ok('groups', 'edit', 'testers', '--rm-users', 'eve', '--name', 'checkers', ...inLab);
  await ok('groups', 'delete', 'checkers', '--yes', ...inLab);

  await ok('organizations', 'members', 'remove', 'eve', '--yes', ...inLab);
  expect(await ok('organizations', 'members', 'list', ...inLab)).not.toContain('eve');
  expect(await refused('organizations', 'delete', 'lab')).toContain('--yes');
  await ok('organizations', 'delete', 'lab', '--yes');
  expect(await refused('organizations', 'show', 'lab')).toContain('No organization "lab"');
});
