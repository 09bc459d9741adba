import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditLog, OAuth2App } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp } from './harness/mcp.ts';
import { outcomesOf } from './harness/outcomes.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
const { ok } = outcomesOf(() => deployment);

beforeAll(async () => {
  deployment = await createDeployment();
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const apps = (...args: string[]) => ok('oauth2-provider', 'apps', ...args);

test(verifies('cli.oauth2-apps'), { timeout: 60_000 }, async () => {
  const redirect = 'https://agent.example.com/callback';
  const made = JSON.parse(
    await apps('create', 'My agent', '--redirect-uri', redirect, '--scope', 'workspace:read', '-o', 'json'),
  ) as OAuth2App;
  expect(made).toMatchObject({ name: 'My agent', redirect_uris: [redirect], scope: 'workspace:read' });
  const nowhere = await deployment.coder(['oauth2-provider', 'apps', 'create', 'Other']);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringContaining('apps create "Other" --redirect-uri https://'),
  ]);
  await apps('edit', 'my agent', '--name', 'Agent', '--scope', '');
  const shown = await apps('show', 'Agent');
  expect(shown).toContain(made.id);
  expect(shown).toMatch(/Scopes +any/);
  expect(await apps('list', '--search', 'agent')).toContain(redirect);

  const secret = (await apps('secrets', 'create', 'Agent')).trim();
  expect(secret).toMatch(/^coder_\w{10}_\w{40}$/);
  const listed = await apps('secrets', 'list', 'Agent');
  expect(listed).toContain(secret.slice(-6));
  expect(listed).not.toContain(secret);
  await apps('secrets', 'delete', 'Agent', secret.slice(-6), '--yes');
  const unasked = await deployment.coder(['oauth2-provider', 'apps', 'delete', 'Agent']);
  expect([unasked.code, unasked.stderr]).toEqual([1, expect.stringContaining('--yes')]);
  await apps('delete', made.id, '--yes');
  const gone = await deployment.coder(['oauth2-provider', 'apps', 'show', 'Agent']);
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('No application "Agent"')]);
});

test(verifies('cli.oauth2-dcr'), { timeout: 60_000 }, async () => {
  const register = async (token?: string) => {
    const response = await fetch(`${deployment.url}/oauth2/register`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: JSON.stringify({ client_name: 'Self', redirect_uris: ['http://127.0.0.1/cb'] }),
    });
    return response.status;
  };
  await ok('oauth2-provider', 'dcr', 'disable');
  expect(await register()).toBe(403);
  const token = (await ok('oauth2-provider', 'dcr', 'token')).trim();
  expect([await register(), await register(token)]).toEqual([401, 201]);
  await ok('oauth2-provider', 'documents', 'disable');
  expect(JSON.parse(await ok('oauth2-provider', 'dcr', 'show', '-o', 'json'))).toEqual({
    dynamic_client_registration_enabled: true,
    dynamic_client_registration: 'token',
    client_id_metadata_documents_enabled: false,
  });
  await ok('oauth2-provider', 'documents', 'enable');
  await ok('oauth2-provider', 'dcr', 'enable');
  expect(await register()).toBe(201);
});

/** Connects the command line's own application, as a device does that the owner allows. */
async function connectDevice(): Promise<string> {
  const post = async (path: string, body: Record<string, string>) => {
    const response = await fetch(`${deployment.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'coder-cli', ...body }),
    });
    return (await response.json()) as Record<string, string>;
  };
  const { user_code = '', device_code = '' } = await post('/oauth2/device_authorization', {});
  await deployment.client.oauth2.decideDevice({ user_code, decision: 'allow', capabilities: ['look'] });
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  return (await post('/oauth2/tokens', { grant_type, device_code })).access_token ?? '';
}

test(verifies('cli.connections'), { timeout: 60_000 }, async () => {
  const tokens = [await connectDevice(), await connectDevice()];
  const grants = JSON.parse(await ok('oauth2-provider', 'connections', 'list', '-o', 'json')) as {
    id: string;
  }[];
  expect(grants).toHaveLength(2);
  expect(await ok('oauth2-provider', 'connections', 'list')).toMatch(/Coder command line +Look +all/);
  const revoke = ['oauth2-provider', 'connections', 'revoke', 'Coder command line'];
  const which = await deployment.coder([...revoke, '--yes']);
  expect([which.code, which.stderr]).toEqual([1, expect.stringContaining(grants[1]?.id ?? 'none')]);
  await ok(...revoke, '--all', '--yes');
  for (const token of tokens) {
    const { code } = await deployment.coder(['whoami', '--token', token]);
    expect(code).toBe(1);
  }
});

test(verifies('cli.audit'), { timeout: 60_000 }, async () => {
  await using mcp = await connectHttp(deployment.url, deployment.token, 'modern');
  await mcp.call('coder_list_workspaces');
  await ok('users', 'create', '-u', 'bob', '-e', 'bob@example.com', '-p', 'a long password');

  await expect
    .poll(() => ok('audit', 'list', '--resource-type', 'mcp_tool', '--username', 'ada'), { timeout: 20_000 })
    .toMatch(/read +mcp_tool +coder_list_workspaces +200/);
  const [created] = JSON.parse(
    await ok('audit', 'list', '-q', 'resource_type:user action:create', '--limit', '1', '-o', 'json'),
  ) as AuditLog[];
  expect(created).toMatchObject({ resource_target: 'bob', user: { username: 'ada' }, status_code: 201 });
  const wrong = await deployment.coder(['audit', 'list', '-q', 'colour:red']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('"colour" is not a key')]);
  const bob = await deployment.client.users.login({
    email: 'bob@example.com',
    password: 'a long password',
  });
  const mistyped = await deployment.coder(['audit', 'list', '--action', 'delte']);
  expect([mistyped.code, mistyped.stderr]).toEqual([
    1,
    expect.stringMatching(/"delte" is not one of create, write, delete, .*Did you mean "delete"\?/),
  ]);
  const asBob = await deployment.coder(['audit', 'list', '--token', bob.session_token]);
  expect([asBob.code, asBob.stderr]).toEqual([1, expect.stringContaining('"auditor"')]);

  const own = await deployment.coder(['audit', 'list', '--mine', '--token', bob.session_token]);
  expect([own.code, own.stdout]).toEqual([0, expect.stringMatching(/bob +login/)]);
  expect(own.stdout).not.toContain(' ada ');

  const file = join(deployment.home, 'audit.jsonl');
  await ok('audit', 'export', '--file', file);
  const entries = readFileSync(file, 'utf8').trim().split('\n');
  expect(entries.map((line) => (JSON.parse(line) as AuditLog).id)).toContain(created?.id);
  const again = await deployment.coder(['audit', 'export', '--file', file]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('--force')]);
  await ok('audit', 'export', '--file', file, '--force', '--format', 'csv', '--action', 'create');
  const [head, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
  expect(head).toMatch(/^id,time,user_id,username,email,action,/);
  expect(rows.every((row) => row.includes(',create,'))).toBe(true);
  expect(
    (await ok('audit', 'export', '--resource-target', 'bob', '--action', 'create')).trim().split('\n'),
  ).toHaveLength(1);
});
