import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApiClient } from '@coder/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCoder, spawnCoder } from '../harness/coder.ts';
import { waitUntil } from '../harness/deployment.ts';
import { processesWith } from '../harness/processes.ts';
import { createQuickstartHome, expectKeptPassword, type QuickstartHome } from '../harness/quickstart.ts';
import { verifies } from '../requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let user: QuickstartHome;
beforeEach(() => {
  user = createQuickstartHome();
});
afterEach(() => user[Symbol.asyncDispose]());

test.each(['SIGTERM', 'SIGINT'] as const)(
  `${verifies('quickstart.npm-signal')} (%s)`,
  { timeout: 120_000 },
  async (signal) => {
    const { child, url } = await user.follow(
      spawn('npm', ['start'], { cwd: root, env: user.env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    child.kill(signal);
    await once(child, 'exit');
    await waitUntil(() =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
  },
);

test(verifies('quickstart.chosen-owner'), { timeout: 120_000 }, async () => {
  const chosen = { email: 'grace@example.com', username: 'grace', password: 'a password to keep' };
  const { url, printed } = await user.run({
    CODER_FIRST_USER_EMAIL: chosen.email,
    CODER_FIRST_USER_USERNAME: chosen.username,
    CODER_FIRST_USER_PASSWORD: chosen.password,
  });
  expect(printed).not.toContain(chosen.password);
  const { session_token } = await createApiClient({ url }).users.login({
    email: chosen.email,
    password: chosen.password,
  });
  const me = await createApiClient({ url, token: session_token }).users.get({ user: 'me' });
  expect(me).toMatchObject({ username: chosen.username, email: chosen.email });
  expect(me.roles.map((role) => role.name)).toContain('owner');
  await user.deleteDemo(url);
});

/** What `quickstart.json` or another file of the kind holds. */
const recordIn = (file: string) =>
  JSON.parse(readFileSync(join(user.home, 'config', file), 'utf8')) as {
    email: string;
    password: string;
    complete: boolean;
  };

test(verifies('quickstart.two-deployments'), { timeout: 120_000 }, async () => {
  const first = await user.run();
  expect(first.printed).not.toContain('Sign in');
  await user.deleteDemo(first.url);
  const kept = recordIn('quickstart.json');
  const second = await user.run({ CODER_DATA_DIR: join(user.home, 'data-2') });
  const aside = join(user.home, 'config/quickstart-1.json');
  expect(recordIn('quickstart-1.json')).toEqual(kept);
  expect(statSync(aside).mode & 0o777).toBe(0o600);
  expect(second.printed).toContain(`belonged to the deployment at ${first.url}, whose data is in`);
  expect(second.printed).toContain(`start it as before, with --data-dir ${join(user.home, 'data')}, and`);
  expect(second.printed).toContain(`login ${first.url} --email ${kept.email}\n`);
  expect(second.printed).toContain(`The password is in ${aside}.`);
  expect(second.printed).not.toContain('Sign in');
  expectKeptPassword(user.home, second.printed);
  await user.deleteDemo(second.url);

  const promise = verifies('quickstart.other-session');
  await user.stop(first.child);
  const again = await user.run();
  expect(again.printed, promise).toContain(`signed in to ${second.url}: the commands below would act there.`);
  expect(again.printed).toContain(`login ${again.url} --email ${kept.email}\n`);
  expect(again.printed).toContain(`The password of its owner is in ${aside}.`);
  expect(again.printed).not.toContain(kept.password);
  await user.stop(again.child);
  await user.stop(second.child);
  // What is stored for an address says nothing of the deployment that has the address now.
  const at = { CODER_HTTP_ADDRESS: new URL(second.url).host };
  const there = await user.run(at);
  expect(there.printed, promise).toContain(`session at ${second.url} has ended, or is of another deployment`);
  const signedIn = await runCoder(
    ['login', there.url, '--email', kept.email, '--password', kept.password],
    user.env,
  );
  expect(signedIn.code, signedIn.stderr).toBe(0);
  await user.stop(there.child);
  expect((await user.run(at)).printed).not.toContain('Sign in');
});

test(verifies('quickstart.interrupted'), { timeout: 120_000 }, async () => {
  const first = await user.run();
  await user.deleteDemo(first.url);
  const env = { ...user.env, CODER_DATA_DIR: join(user.home, 'data-2') };
  const broken = spawnCoder(['quickstart'], env);
  let errors = '';
  broken.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  await waitUntil(() => errors.includes('Publishing the template'), 60_000);
  broken.kill('SIGTERM');
  await once(broken, 'exit');
  expect(recordIn('quickstart.json').complete).toBe(false);

  const second = await user.run({ CODER_DATA_DIR: join(user.home, 'data-2') });
  expectKeptPassword(user.home, second.printed);
  expect(second.printed).toContain(`belonged to the deployment at ${first.url}, whose data is in`);
  expect(second.printed).toContain(`The password is in ${join(user.home, 'config/quickstart-1.json')}.`);
  expect(recordIn('quickstart.json').complete).toBe(true);
  const listed = await runCoder(['list', '--output', 'json'], user.env);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'demo', latest_build: { status: 'running' } }]);
  await user.deleteDemo(second.url);
});

test(verifies('quickstart.no-sandbox'), { timeout: 120_000 }, async () => {
  const { url, errors } = await user.run({ CODER_LOCAL_SANDBOX: 'none' });
  expect(errors).toContain('WORKSPACES RUN WITHOUT A SANDBOX');
  const script =
    'echo "$(id -u) $CODER_WORKSPACE_NAME"; echo kept > ~/kept; (setsid sleep 300 >/dev/null 2>&1 &)';
  const said = await runCoder(['ssh', 'demo', '--', script], user.env);
  expect(said.code, said.stderr).toBe(0);
  const [uid, name] = said.stdout.trim().split(' ');
  expect(name).toBe('demo');
  // Root gives each workspace an account of its own, and nobody else has any to give.
  if (process.getuid?.() === 0) expect(Number(uid)).toBeGreaterThan(0);
  else expect(uid).toBe(String(process.getuid?.()));
  const listed = await runCoder(['list', '--output', 'json'], user.env);
  const [{ id } = { id: '' }] = JSON.parse(listed.stdout) as { id: string }[];
  expect(processesWith(id).length).toBeGreaterThan(1);
  expect((await runCoder(['stop', 'demo', '--yes'], user.env)).code).toBe(0);
  expect(processesWith(id)).toEqual([]);
  expect((await runCoder(['start', 'demo', '--yes'], user.env)).code).toBe(0);
  expect((await runCoder(['ssh', 'demo', '--', 'cat ~/kept'], user.env)).stdout).toBe('kept\n');
  await user.deleteDemo(url);
  expect(processesWith(id)).toEqual([]);
});
