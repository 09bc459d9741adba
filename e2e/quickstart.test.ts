import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApiClient, MCP_PATH } from '@coder/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanEnv, runCoder, spawnCoder } from './harness/coder.ts';
import { waitUntil } from './harness/deployment.ts';
import { endWorkspaces, processesWith } from './harness/processes.ts';
import { verifies } from './requirements.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

let home: string;
let env: Record<string, string>;
const running: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coder-quickstart-'));
  chmodSync(home, 0o711);
  env = cleanEnv(home, { CODER_HTTP_ADDRESS: '127.0.0.1:0' });
});

afterEach(async () => {
  for (const child of running.splice(0)) await stop(child);
  endWorkspaces(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
});

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return child.exitCode;
}

/** Runs quickstart until it has printed its guide; returns what it printed and the address in it. */
async function quickstart(extra: Record<string, string> = {}) {
  return followQuickstart(spawnCoder(['quickstart'], { ...env, ...extra }));
}

async function followQuickstart(child: ChildProcess) {
  running.push(child);
  let printed = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  await waitUntil(() => {
    if (child.exitCode !== null) throw new Error(`quickstart ended with ${child.exitCode}: ${errors}`);
    return printed.includes('Press Ctrl+C');
  }, 60_000);
  const url = /Deployment\s+(\S+)/.exec(printed)?.[1] ?? '';
  return { child, printed, errors, url };
}

async function deleteDemo(url: string, sessionEnv: Record<string, string>): Promise<void> {
  const deleted = await runCoder(['delete', 'demo', '--yes', '--url', url], sessionEnv);
  expect(deleted.code, deleted.stderr).toBe(0);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  `${verifies('quickstart.npm-signal')} (%s)`,
  { timeout: 120_000 },
  async (signal) => {
    const { child, url } = await followQuickstart(
      spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }),
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

test(verifies('quickstart.first-run'), { timeout: 120_000 }, async () => {
  const first = await quickstart();
  for (const client of ['Claude Desktop', 'Claude Code', 'Cursor', 'VS Code'])
    expect(first.printed).toContain(client);
  expect(first.printed).toContain(`${first.url}${MCP_PATH}`);
  const listed = await runCoder(['list', '--output', 'json'], env);
  const workspaces = JSON.parse(listed.stdout) as { name: string; latest_build: { status: string } }[];
  expect(workspaces.map((w) => [w.name, w.latest_build.status])).toEqual([['demo', 'running']]);
  const templates = JSON.parse((await runCoder(['templates', 'list', '--output', 'json'], env)).stdout) as {
    name: string;
  }[];
  expect(templates.map((t) => t.name).sort()).toEqual(['local', 'node', 'python']);
  const said = await runCoder(['ssh', 'demo', '--', 'echo', 'hello from', '$HOME'], env);
  expect(said.stdout).toBe('hello from $HOME\n');

  await passwordIsKept(first.printed);
  await runsAgain(first);
});

async function passwordIsKept(printed: string): Promise<void> {
  const file = join(home, 'config/quickstart.json');
  const { email, password } = JSON.parse(readFileSync(file, 'utf8')) as { email: string; password: string };
  expect(printed.split(password).length - 1, verifies('quickstart.password-file')).toBe(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(printed).toContain(`(signs in as ${email})`);
}

async function runsAgain(first: Awaited<ReturnType<typeof quickstart>>): Promise<void> {
  expect(await stop(first.child)).toBe(0);
  const before = performance.now();
  const again = await quickstart({ CODER_HTTP_ADDRESS: new URL(first.url).host });
  expect(performance.now() - before, verifies('quickstart.again')).toBeLessThan(5000);
  expect(again.printed).not.toContain('Password');
  const beside = await runCoder(['quickstart'], env);
  expect([beside.code, beside.stderr], verifies('quickstart.beside')).toEqual([
    1,
    expect.stringMatching(
      new RegExp(
        `process ${again.child.pid} uses the data directory ${home}.* Its dashboard is at ${first.url} now\\. .*kill ${again.child.pid},`,
      ),
    ),
  ]);
  const listed = await runCoder(['list', '--output', 'json'], env);
  expect((JSON.parse(listed.stdout) as unknown[]).length).toBe(1);
  const said = await runCoder(['ssh', 'demo', '--', 'echo still here'], env);
  expect(said.stdout).toBe('still here\n');
  await deleteDemo(first.url, env);
}

test(verifies('quickstart.chosen-owner'), { timeout: 120_000 }, async () => {
  const chosen = { email: 'grace@example.com', username: 'grace', password: 'a password to keep' };
  const { url, printed } = await quickstart({
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
  await deleteDemo(url, env);
});

test(verifies('quickstart.no-sandbox'), { timeout: 120_000 }, async () => {
  const { url, errors } = await quickstart({ CODER_LOCAL_SANDBOX: 'none' });
  expect(errors).toContain('WORKSPACES RUN WITHOUT A SANDBOX');
  const script =
    'echo "$(id -u) $CODER_WORKSPACE_NAME"; echo kept > ~/kept; (setsid sleep 300 >/dev/null 2>&1 &)';
  const said = await runCoder(['ssh', 'demo', '--', script], env);
  expect(said.code, said.stderr).toBe(0);
  const [uid, name] = said.stdout.trim().split(' ');
  expect(name).toBe('demo');
  // Root gives each workspace an account of its own, and nobody else has any to give.
  if (process.getuid?.() === 0) expect(Number(uid)).toBeGreaterThan(0);
  else expect(uid).toBe(String(process.getuid?.()));
  const listed = await runCoder(['list', '--output', 'json'], env);
  const [{ id } = { id: '' }] = JSON.parse(listed.stdout) as { id: string }[];
  expect(processesWith(id).length).toBeGreaterThan(1);
  expect((await runCoder(['stop', 'demo', '--yes'], env)).code).toBe(0);
  expect(processesWith(id)).toEqual([]);
  expect((await runCoder(['start', 'demo', '--yes'], env)).code).toBe(0);
  expect((await runCoder(['ssh', 'demo', '--', 'cat ~/kept'], env)).stdout).toBe('kept\n');
  await deleteDemo(url, env);
  expect(processesWith(id)).toEqual([]);
});
