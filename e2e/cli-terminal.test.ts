import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, runCoder } from './harness/coder.ts';
import { createDeployment, type Deployment, owner } from './harness/deployment.ts';
import { coderInTerminal } from './harness/terminal.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

test(verifies('cli.login-terminal'), { timeout: 60_000 }, async () => {
  const env = cleanEnv(join(deployment.home, 'code'));
  const login = coderInTerminal(['login', deployment.url], env);
  const [, code = ''] = await login.shows(/compare the code: (\S{4}-\S{4})/);
  await deployment.client.oauth2.decideDevice({
    user_code: code,
    decision: 'allow',
    capabilities: ['everything'],
  });
  await login.shows(/Signed in to .* as ada/);
  expect(await login.ended).toBe(0);
  expect((await runCoder(['whoami'], env)).stdout).toContain('ada');

  const byPassword = cleanEnv(join(deployment.home, 'password'));
  const asked = coderInTerminal(['login', deployment.url, '--email', owner.email], byPassword);
  await asked.shows(/Password:/);
  asked.type(`${owner.password}\r`);
  expect(await asked.ended).toBe(0);
  expect((await runCoder(['whoami'], byPassword)).stdout).toContain('ada');
});

test(verifies('cli.templates-push-asks'), { timeout: 60_000 }, async () => {
  const folder = join(deployment.home, 'mine');
  expect((await deployment.coder(['templates', 'init', folder, '--id', 'local'])).code).toBe(0);
  const push = ['templates', 'push', 'mine', '--directory', folder];
  const names = async () => (await deployment.client.templates.list({})).map((template) => template.name);

  const refused = coderInTerminal(push, deployment.env);
  await refused.shows(/create the template "mine"\?/);
  refused.type('n');
  expect(await refused.ended).toBe(130);
  expect(await names()).toEqual([]);

  const unasked = coderInTerminal([...push, '--yes'], deployment.env);
  expect(await unasked.ended).toBe(0);
  const again = coderInTerminal(push, deployment.env);
  await again.shows(/publish a new version of the template "mine"\?/);
  // Enter alone publishes, which takes nothing away.
  again.type('\r');
  expect(await again.ended).toBe(0);
  expect((await deployment.coder(push)).code).toBe(0);
  const [template] = await deployment.client.templates.list({});
  const versions = await deployment.client.templates.versions({ template: template?.id ?? '' });
  expect(versions).toHaveLength(3);
});

test(verifies('cli.enter-destroys-nothing'), { timeout: 90_000 }, async () => {
  const folder = join(deployment.home, 'kept');
  const ok = async (...args: string[]) => {
    const done = await deployment.coder(args);
    expect(done.code, done.stderr).toBe(0);
    return done.stdout;
  };
  await ok('templates', 'init', folder, '--id', 'local');
  await ok('templates', 'push', 'kept', '--directory', folder);
  await ok('create', 'web', '--template', 'kept', '--yes');
  for (const [question, ...args] of [
    ['Delete web and everything in it?', 'delete', 'web'],
    ['Restart web?', 'restart', 'web'],
    ['Delete kept?', 'templates', 'delete', 'kept'],
    ['Suspend ada', 'users', 'suspend', 'ada'],
  ] as const) {
    const asked = coderInTerminal(args, deployment.env);
    await asked.shows(new RegExp(question.replace('?', '\\?')));
    asked.type('\r');
    await asked.shows(/Nothing was done\./);
    expect(await asked.ended, args.join(' ')).toBe(130);
  }
  const [workspace] = await deployment.client.workspaces.list({}).then((page) => page.workspaces);
  expect(workspace?.latest_build).toMatchObject({ build_number: 1, status: 'running' });

  const meant = coderInTerminal(['delete', 'web'], deployment.env);
  await meant.shows(/Delete web and everything in it\?/);
  meant.type('y');
  expect(await meant.ended).toBe(0);
});

test(verifies('cli.failure-ends'), { timeout: 60_000 }, async () => {
  const folder = join(deployment.home, 'broken');
  mkdirSync(folder);
  writeFileSync(join(folder, 'template.yaml'), 'name: broken\nruntime:\n  local: {}\nagentt: 1\n');
  const push = coderInTerminal(['templates', 'push', '--directory', folder, '--yes'], deployment.env);
  await push.shows(/✘ Publishing broken\r\n.*agentt: is not a known key/);
  expect(await push.ended).toBe(1);
});
