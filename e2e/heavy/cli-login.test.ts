import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, runCoder, spawnCoder } from '../harness/coder.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { connectStdio } from '../harness/mcp.ts';
import { verifies } from '../requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

type Capabilities = Parameters<Deployment['client']['oauth2']['decideDevice']>[0]['capabilities'];

/** Signs a user's machine in by code, which the owner allows in a browser: here, by the route of that page. */
async function signInByDevice(home: string, capabilities: Capabilities) {
  const env = cleanEnv(join(deployment.home, home));
  const child = spawnCoder(['login', deployment.url, '--device'], env);
  child.stdin?.end();
  let output = '';
  const code = await new Promise<string>((resolve, reject) => {
    const read = (text: string) => {
      output += text;
      const found = /code: (\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('close', () => reject(new Error(output)));
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const decision = capabilities === undefined ? 'deny' : 'allow';
  await deployment.client.oauth2.decideDevice({ user_code: code, decision, capabilities });
  return { env, folder: env.CODER_CONFIG_DIR ?? '', code: await ended, output };
}

/** Makes the kept token one that is to be renewed before the next request. */
function makeDue(folder: string): void {
  const file = join(folder, 'oauth.json');
  const login = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...login, renew_at: 0 }));
}

test(verifies('cli.login-device'), { timeout: 90_000 }, async () => {
  const { env, folder, code, output } = await signInByDevice('device', ['look', 'operate']);
  expect(code, output).toBe(0);
  expect(output).toContain(`Open ${deployment.url}/device?user_code=`);
  expect(output).toContain('Signed in to');
  expect(output).toContain('coder:workspaces.operate');
  for (const file of ['session', 'oauth.json']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  const narrow = await runCoder(['users', 'create', '-u', 'eve', '-e', 'eve@example.com'], env);
  expect([narrow.code, narrow.stderr]).toEqual([1, expect.stringContaining('scope')]);

  const first = readFileSync(join(folder, 'session'), 'utf8');
  makeDue(folder);
  const all = await Promise.all([1, 2, 3].map(() => runCoder(['whoami', '-o', 'json'], env)));
  for (const one of all) expect(one, one.stderr).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'session'), 'utf8')).not.toBe(first);

  await using mcp = await connectStdio(env, 'modern');
  const tools = (await mcp.client.listTools()).tools.map(({ name }) => name);
  expect(tools).toContain('coder_create_workspace');
  expect(tools).not.toContain('coder_workspace_bash');
  makeDue(folder);
  expect(await mcp.call('coder_get_authenticated_user')).toMatchObject({ username: 'ada' });
  const token = readFileSync(join(folder, 'session'), 'utf8').trim();
  expect(JSON.parse(readFileSync(join(folder, 'oauth.json'), 'utf8'))).toMatchObject({ access_token: token });

  expect((await runCoder(['logout'], env)).code).toBe(0);
  const after = await runCoder(['whoami', '--url', deployment.url, '--token', token], env);
  expect([after.code, after.stderr]).toEqual([1, expect.stringContaining('signed out')]);
});

test('what was disconnected in the dashboard is over, and says so', { timeout: 60_000 }, async () => {
  const { env, folder, code } = await signInByDevice('disconnected', ['everything']);
  expect(code).toBe(0);
  const { grants } = await deployment.client.oauth2.listGrants();
  for (const { id } of grants) await deployment.client.oauth2.revokeGrant({ grant: id });
  makeDue(folder);
  const over = await runCoder(['whoami'], env);
  expect([over.code, over.stderr]).toEqual([1, expect.stringMatching(/is over: .*"coder login"/)]);
});

test('a denied sign-in keeps nothing', { timeout: 60_000 }, async () => {
  const { env, code, output } = await signInByDevice('denied', undefined);
  expect([code, output]).toEqual([1, expect.stringContaining('denied in the browser')]);
  expect((await runCoder(['whoami'], env)).stderr).toContain('You are not logged in');
});

test('without a terminal and without a credential, the ways to sign in are named', async () => {
  const env = cleanEnv(join(deployment.home, 'nothing'));
  const { code, stderr } = await runCoder(['login', deployment.url], env);
  expect(code).toBe(1);
  for (const way of ['--device', '--token', 'CODER_SESSION_TOKEN', '--email']) expect(stderr).toContain(way);
});
