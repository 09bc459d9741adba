import type { CapabilityId } from '@coder/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCoder } from '../harness/coder.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

/** The command line with tokens that reach the workspace `web` alone; there is another one, `hidden`. */
let deployment: Deployment;
let web: string;

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'local');
  for (const name of ['web', 'hidden']) {
    const created = await deployment.coder(['create', name, '--template', 'local', '--yes']);
    if (created.code !== 0) throw new Error(created.stderr);
  }
  web = (await deployment.client.workspaces.getByName({ user: 'me', name: 'web' })).id;
}, 90_000);
afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

/** A token that a program without a browser got, of whose wishes the user has allowed so much. */
async function grantedToken(capabilities: CapabilityId[]): Promise<string> {
  const post = async (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'coder-cli', ...form });
    const response = await fetch(`${deployment.url}${path}`, { method: 'POST', body });
    return (await response.json()) as Record<string, string>;
  };
  const device = await post('/oauth2/device_authorization', { scope: 'coder:all' });
  await deployment.client.oauth2.decideDevice({
    user_code: device.user_code ?? '',
    decision: 'allow',
    capabilities,
    workspaces: { kind: 'chosen', ids: [web] },
  });
  const tokens = await post('/oauth2/tokens', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device.device_code ?? '',
  });
  return tokens.access_token ?? '';
}

const apiToken = async (scopes: string[]) => {
  const made = await deployment.client.apiKeys.createToken({
    user: 'me',
    scopes,
    allow_list: [`workspace:${web}`],
  });
  return made.key;
};

const kinds = [
  {
    title: 'an API token',
    look: () => apiToken(['workspace:read', 'template:read']),
    all: () => apiToken(['coder:all']),
  },
  {
    title: 'a sign-in that was narrowed',
    look: () => grantedToken(['look']),
    all: () => grantedToken(['everything']),
  },
];

describe.each(kinds)('$title', ({ look, all }) => {
  const runner = (token: string) => async (args: string) => {
    const env = { ...deployment.env, CODER_SESSION_TOKEN: token };
    const { code, stdout, stderr } = await runCoder(args.split(' '), env);
    return { code, stdout, stderr, text: stdout + stderr };
  };
  type Run = ReturnType<typeof runner>;

  /** What is said about a workspace that is hidden is what is said about one that there is not. */
  async function expectNothingAt(run: Run, command: string): Promise<void> {
    const hidden = await run(command.replace('{}', 'hidden'));
    const nowhere = await run(command.replace('{}', 'nowhere'));
    expect([hidden.code, hidden.text]).toEqual([1, nowhere.text.replaceAll('nowhere', 'hidden')]);
  }
  async function expectRefused(run: Run, command: string, reason: string): Promise<void> {
    const { code, stderr } = await run(command);
    expect([command, code, stderr]).toEqual([command, 1, expect.stringContaining(reason)]);
  }
  const everywhere = [
    'show {}',
    'ssh {} -- true',
    'stop {} --yes',
    'delete {} --yes',
    'logs {}',
    'cp {}:x y',
  ];

  test(verifies('tokens.narrow-commands'), { timeout: 90_000 }, async () => {
    const run = runner(await look());
    const list = await run('list');
    expect([list.code, list.stdout]).toEqual([0, expect.stringContaining('web')]);
    expect(list.text).not.toContain('hidden');
    expect((await run('show web')).code).toBe(0);
    expect((await run('templates list')).stdout).toContain('local');
    await expectRefused(run, 'ssh web -- true', '"workspace:ssh"');
    await expectRefused(run, 'stop web --yes', '"workspace:stop"');
    await expectRefused(run, 'delete web --yes', '"workspace:delete"');
    await expectRefused(run, 'create new --template local --yes', '"workspace:create"');
    await expectRefused(run, 'tokens create', '"api_key:create"');
    for (const command of everywhere) await expectNothingAt(run, command);
  });

  test('that may do everything there does nothing elsewhere', { timeout: 90_000 }, async () => {
    const run = runner(await all());
    const inside = await run('ssh web -- echo inside');
    expect([inside.code, inside.stdout.trim()]).toEqual([0, 'inside']);
    for (const command of everywhere) await expectNothingAt(run, command);
    await expectRefused(run, 'create new --template local --yes', 'allow list');
    await expectRefused(run, 'tokens create', 'allow list');
    await expectRefused(
      run,
      'users create --username eve --email eve@example.com --password a-long-password',
      'allow list',
    );
    const { workspaces } = await deployment.client.workspaces.list({});
    expect(workspaces.map(({ name, latest_build: build }) => [name, build.status])).toEqual([
      ['hidden', 'running'],
      ['web', 'running'],
    ]);
  });
});
