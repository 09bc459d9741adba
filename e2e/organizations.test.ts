import { type ApiClient, ApiError, createApiClient } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
let owner: ApiClient;
let bob: ApiClient;
let bobsToken: string;
let bobsId: string;
let template: string;

beforeAll(async () => {
  deployment = await createDeployment();
  owner = deployment.client;
  await starter(deployment, 'local');
  template = (await owner.templates.list({}))[0]?.id ?? '';
  const credentials = { email: 'bob@example.com', password: 'another horse battery' };
  ({ id: bobsId } = await owner.users.create({ ...credentials, username: 'bob' }));
  const anonymous = createApiClient({ url: deployment.url });
  bobsToken = (await anonymous.users.login(credentials)).session_token;
  bob = createApiClient({ url: deployment.url, token: bobsToken });
}, 90_000);
afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

test(verifies('organizations.members'), async () => {
  const { id, name } = await owner.organizations.create({ name: 'design' });
  const names = async () => (await bob.organizations.list({})).map((found) => found.name);
  expect(await names()).not.toContain(name);
  await owner.organizations.addMember({ organization: name, user: 'bob' });
  await owner.organizations.updateMemberRoles({
    organization: name,
    user: 'bob',
    roles: ['organization-admin'],
  });
  expect(await names()).toContain(name);
  await bob.groups.create({ organization: id, name: 'crew' });
  await owner.organizations.removeMember({ organization: id, user: bobsId });
  expect(await names()).not.toContain(name);
  expect(await code(bob.groups.create({ organization: id, name: 'gang' }))).toBe('NOT_FOUND');
});

test(verifies('organizations.sharing'), { timeout: 60_000 }, async () => {
  const created = await deployment.coder(['create', 'shared', '--template', 'local', '--yes']);
  expect(created.code, created.stderr).toBe(0);
  const [found] = (await owner.workspaces.list({ q: 'name:shared' })).workspaces;
  const workspace = found?.id ?? '';
  const agent = found?.latest_build.resources[0]?.agents?.[0]?.id ?? '';
  expect(await code(bob.workspaces.get({ workspace }))).toBe('NOT_FOUND');

  await owner.workspaces.updateAcl({ workspace, user_roles: { [bobsId]: 'use' } });
  expect((await bob.workspaces.list({ q: 'shared_with_user:me' })).workspaces).toMatchObject([
    { id: workspace, owner_name: 'ada' },
  ]);
  await using client = await connectHttp(deployment.url, bobsToken, 'modern');
  const run = () =>
    client.call('coder_workspace_bash', { workspace: 'ada/shared', command: 'echo from $USER' });
  expect(JSON.stringify(await run())).toContain('from ');
  expect(await code(bob.workspaces.createBuild({ workspace, transition: 'delete' }))).toBe('FORBIDDEN');
  expect(await code(bob.workspaces.updateTtl({ workspace, ttl_ms: 3_600_000 }))).toBe('FORBIDDEN');

  await owner.workspaces.deleteAcl({ workspace });
  expect(await code(bob.processes.list({ agent }))).toBe('NOT_FOUND');
  expect((await bob.workspaces.list({})).count).toBe(0);
});

test(verifies('organizations.quota'), { timeout: 60_000 }, async () => {
  const member = { organization: 'default', user: 'bob' };
  await owner.quotas.updateMember({ ...member, limits: { workspaces: 2 } });
  const create = (name: string) => bob.workspaces.create({ user: 'me', name, template_id: template });
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => code(create(name))));
  expect(answers.toSorted()).toEqual([
    'INSUFFICIENT_QUOTA',
    'INSUFFICIENT_QUOTA',
    'INSUFFICIENT_QUOTA',
    'ok',
    'ok',
  ]);
  const refused = await create('f').catch((error: unknown) => error);
  expect(refused).toMatchObject({
    status: 409,
    message: 'The quota does not allow this start: bob may have 2 workspaces and has 2.',
  });
  expect(await bob.quotas.getMember({ ...member, user: 'me' })).toMatchObject({
    effective: { workspaces: 2 },
    used: { workspaces: 2 },
  });
  await owner.quotas.updateMember({ ...member, limits: { workspaces: 0 } });
  const { workspaces } = await bob.workspaces.list({});
  for (const { id: workspace } of workspaces) {
    await bob.workspaces.readiness({ workspace, wait_ms: 45_000 });
    expect(await code(bob.workspaces.createBuild({ workspace, transition: 'delete' }))).toBe('ok');
    await bob.workspaces.readiness({ workspace, wait_ms: 45_000 });
  }
});
