import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, runCoder } from './harness/coder.ts';
import { createDeployment, type Deployment, owner, waitUntil } from './harness/deployment.ts';
import { outcomesOf } from './harness/outcomes.ts';
import { processesWith } from './harness/processes.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
const { ok } = outcomesOf(() => deployment);

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

test(verifies('cli.login'), { timeout: 60_000 }, async () => {
  const env = cleanEnv(join(deployment.home, 'second'));
  const wrong = await runCoder(['login', deployment.url, '--email', owner.email, '--password', 'wrong'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Incorrect email or password.')]);
  const right = await runCoder(
    ['login', deployment.url, '--email', owner.email, '--password', owner.password],
    env,
  );
  expect(right.stdout).toContain(owner.username);
  const me = await runCoder(['whoami', '--output', 'json'], env);
  expect(me.stdout, verifies('cli.whoami')).toContain('"ada"');
  expect((await runCoder(['logout'], env)).code).toBe(0);
  const after = await runCoder(['whoami'], env);
  expect([after.code, after.stderr]).toEqual([1, expect.stringContaining('coder login')]);
});

test(verifies('cli.templates'), { timeout: 60_000 }, async () => {
  const folder = join(deployment.home, 'mine');
  await ok('templates', 'init', folder, '--id', 'local');
  expect((await deployment.coder(['templates', 'init', folder, '--id', 'local'])).code).toBe(1);
  await ok('templates', 'push', 'mine', '--directory', folder, '--name', 'v1', '--message', 'first');
  await ok('templates', 'push', 'mine', '--directory', folder, '--name', 'v2', '--no-activate');
  const versions = JSON.parse(await ok('templates', 'versions', 'list', 'mine', '--output', 'json')) as {
    name: string;
  }[];
  expect(versions.map((v) => v.name)).toEqual(['v2', 'v1']);
  await ok('templates', 'versions', 'promote', 'mine', 'v2');
  await ok('templates', 'edit', 'mine', '--display-name', 'My own', '--default-ttl', '2h');
  const listed = JSON.parse(await ok('templates', 'list', '--output', 'json')) as {
    name: string;
    display_name: string;
    default_ttl_ms: number;
  }[];
  expect(listed.find((t) => t.name === 'mine')).toMatchObject({
    display_name: 'My own',
    default_ttl_ms: 7_200_000,
  });
  const pulled = join(deployment.home, 'pulled');
  await ok('templates', 'pull', 'mine', pulled);
  expect(readFileSync(join(pulled, 'template.yaml'), 'utf8')).toBe(
    readFileSync(join(folder, 'template.yaml'), 'utf8'),
  );
  writeFileSync(join(folder, 'template.yaml'), 'name: mine\nruntme:\n  local: {}\n');
  const bad = await deployment.coder(['templates', 'push', 'mine', '--directory', folder]);
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/^template\.yaml:1:1: runtime.*\ntemplate\.yaml:2:1: runtme.*"runtime"\?$/m);
  await ok('templates', 'delete', 'mine', '--yes');
});

test(verifies('cli.create'), { timeout: 60_000 }, async () => {
  const created = await deployment.coder(['create', 'second', '--template', 'local', '--yes']);
  expect(created.code, created.stderr).toBe(0);
  expect(created.stderr).toContain('==>');
  expect(created.stderr).toContain('second is running');
  const taken = await deployment.coder(['create', 'second', '--template', 'local', '--yes']);
  expect([taken.code, taken.stderr]).toEqual([1, 'Workspace "second" already exists. Choose another one.\n']);
  const { workspaces } = await deployment.client.workspaces.list({ q: 'name:second' });
  const deleted = await deployment.coder(['delete', 'second', '--yes']);
  expect(deleted.code).toBe(0);
  const lines = deleted.stderr.trim().split('\n');
  expect(lines).toEqual([...new Set(lines)]);
  expect((await deployment.coder(['show', 'second'])).code).toBe(1);
  expect(processesWith(workspaces[0]?.id ?? 'none'), verifies('cli.delete')).toEqual([]);
});

test(verifies('cli.list'), async () => {
  expect(await ok('list')).toMatch(/^WORKSPACE +TEMPLATE +STATUS/);
  const all = JSON.parse(await ok('list', '--search', 'status:running name:web', '--output', 'json')) as {
    name: string;
  }[];
  expect(all.map((w) => w.name)).toEqual(['web']);
  expect(JSON.parse(await ok('list', '--search', 'status:failed', '--output', 'json'))).toEqual([]);
  expect(await ok('show', 'web')).toContain('connected');
  expect(await ok('logs', 'web')).toContain('[info]');
});

test(verifies('cli.ssh'), { timeout: 60_000 }, async () => {
  const both = await deployment.coder(['ssh', 'web', '--', 'echo out; echo err >&2; exit 7']);
  expect(both).toMatchObject({ code: 7, stdout: 'out\n', stderr: expect.stringContaining('err\n') });
  const piped = await deployment.coder(['ssh', 'web', '--', 'wc -c'], { input: 'x'.repeat(100_000) });
  expect(piped.stdout.trim()).toBe('100000');
  const words = await deployment.coder(['ssh', '--env', 'WHO=me you', 'web', '--', 'printenv', 'WHO']);
  expect(words.stdout).toBe('me you\n');
  const behind = await ok(
    'ssh',
    'web',
    '-C',
    '/tmp',
    '-e',
    'WHO=me',
    '--',
    'pwd; echo $WHO; tty -s || echo none',
  );
  expect(behind).toBe('/tmp\nme\nnone\n');
  expect(await ok('ssh', 'web', 'echo', 'plain')).toBe('plain\n');
  expect(await ok('ssh', 'web', '--', 'echo', '-C', '--help', '--', '-t')).toBe('-C --help -- -t\n');
  expect(await ok('ssh', 'web', '--help')).toContain('Usage: coder ssh [options] <workspace> [command...]');
  const unclear = await deployment.coder(['ssh', 'web', 'ls', '-la']);
  expect([unclear.code, unclear.stderr]).toEqual([
    1,
    expect.stringContaining('Put "--" before a command that has flags of its own'),
  ]);
  const large = await deployment.coder(['ssh', 'web', '--', 'head -c 20000000 /dev/zero']);
  expect(large.stdout.length).toBe(20_000_000);
});

test(verifies('cli.ssh-terminal'), { timeout: 60_000 }, async () => {
  for (const words of [
    ['--tty', 'web'],
    ['web', '-t'],
  ]) {
    const typed = await deployment.coder(['ssh', ...words, '--', 'tty && stty size']);
    expect(typed.code, typed.stderr).toBe(0);
    expect(typed.stdout).toMatch(/\/dev\/pts\/\d+/);
  }
});

test(verifies('cli.cp'), { timeout: 60_000 }, async () => {
  const folder = join(deployment.home, 'to-copy');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  const content = Buffer.alloc(3_000_000, 'abc\0');
  writeFileSync(join(folder, 'sub/large.bin'), content);
  await ok('cp', join(folder, 'sub/large.bin'), 'web:large.bin');
  const back = join(deployment.home, 'back.bin');
  await ok('cp', 'web:large.bin', back);
  expect(readFileSync(back).equals(content)).toBe(true);
  // More files than a user may send requests in a minute.
  for (let n = 0; n < 600; n++)
    writeFileSync(join(folder, `sub/${n}`), n === 0 ? '' : String(n), { mode: 0o750 });
  mkdirSync(join(folder, 'empty'));
  await ok('cp', '--recursive', folder, 'web:copied');
  const folderBack = join(deployment.home, 'folder-back');
  await ok('cp', '--recursive', 'web:copied', folderBack);
  expect(readFileSync(join(folderBack, 'sub/large.bin')).equals(content)).toBe(true);
  expect(readFileSync(join(folderBack, 'sub/599'), 'utf8')).toBe('599');
  expect(statSync(join(folderBack, 'sub/599')).mode & 0o777).toBe(0o750);
  expect(readdirSync(folderBack).sort()).toEqual(['empty', 'sub']);
  await ok('cp', '--recursive', 'web:copied', folderBack);
  expect(readFileSync(join(folderBack, 'copied/sub/large.bin')).equals(content)).toBe(true);
  const missing = await deployment.coder(['cp', 'web:not-there', back]);
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('not-there')]);
});

test(verifies('cli.stat'), { timeout: 60_000 }, async () => {
  const [row] = JSON.parse(await ok('stat', 'web', '--output', 'json')) as {
    workspace_name: string;
    status: string;
  }[];
  expect(row).toMatchObject({ workspace_name: 'web', status: 'running' });
  expect(await ok('ping', 'web', '--num', '2')).toMatch(/web\.\w+: \d+\.\d ms \(2\/2\)/);
});

test(verifies('cli.stop-start'), { timeout: 90_000 }, async () => {
  await ok('ssh', 'web', '--', 'echo kept > ~/kept.txt');
  await ok('stop', 'web', '--yes');
  expect(await ok('list', '--output', 'json')).toContain('"stopped"');
  await ok('start', 'web', '--yes');
  expect(await ok('ssh', 'web', '--', 'cat ~/kept.txt')).toBe('kept\n');
  const latest = async () =>
    JSON.parse(await ok('show', 'web', '--output', 'json')) as { latest_build: Record<string, unknown> };
  const { latest_build: running } = await latest();
  const wrong = await deployment.coder(['restart', 'web', '--yes', '--parameter', 'nope=1']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('nope')]);
  expect((await latest()).latest_build).toMatchObject({ id: running.id, status: 'running' });
  await ok('restart', 'web', '--yes');
  expect((await latest()).latest_build).toMatchObject({
    build_number: Number(running.build_number) + 1,
    status: 'running',
  });
  expect(await ok('update', 'web', '--yes')).toContain('up to date');
});

test(verifies('cli.schedule'), async () => {
  await ok('schedule', 'start', 'web', 'Mon-Fri', '9:30AM', 'Europe/Berlin');
  await ok('schedule', 'stop', 'web', '8h');
  const shown = await ok('schedule', 'show', 'web');
  expect(shown).toContain('CRON_TZ=Europe/Berlin 30 9 * * 1-5');
  expect(shown).toContain('8h');
  const wrong = await deployment.coder(['schedule', 'start', 'web', 'Someday', '9']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('day of the week')]);
  await ok('schedule', 'start', 'web', 'manual');
});

test(verifies('cli.tokens'), async () => {
  const key = (await ok('tokens', 'create', '--name', 'ci', '--lifetime', '1h')).trim();
  expect(key).toMatch(/^[A-Za-z0-9]{10}-[A-Za-z0-9]{22}$/);
  expect(await ok('tokens', 'list')).toContain('ci');
  await ok('tokens', 'remove', 'ci');
  const used = await runCoder(['whoami', '--token', key], { ...deployment.env, CODER_SESSION_TOKEN: key });
  expect(used.code).toBe(1);
});

test(verifies('cli.tokens-narrow'), { timeout: 60_000 }, async () => {
  const look = [
    'tokens',
    'create',
    '--scope',
    'workspace:read',
    '--allow',
    'workspace:web',
    '--name',
    'look',
  ];
  const token = (await ok(...look)).trim();
  expect(await ok('tokens', 'list')).toMatch(/look +workspace:read +workspace:ada\/web/);
  const as = (...args: string[]) => deployment.coder([...args, '--token', token]);
  expect((await as('show', 'web')).code).toBe(0);
  const stop = await as('stop', 'web');
  expect([stop.code, stop.stderr]).toEqual([1, expect.stringContaining('"workspace:stop"')]);
  const refused: [args: string[], message: string][] = [
    [['--scope', 'workspace:raed'], 'did you mean "workspace:read"?'],
    [['--allow', 'workspace:nowhere'], 'No workspace "nowhere". You have: web.'],
    [['--allow', 'web'], 'Write it workspace:<name or id>.'],
    [['--lifetime', '0'], 'at least a second'],
    [['--name', 'look'], 'already exists. Choose another one.'],
  ];
  for (const [args, message] of refused) {
    const { code, stderr } = await deployment.coder(['tokens', 'create', ...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  }
});

test(verifies('cli.users'), async () => {
  await ok(
    'users',
    'create',
    '--username',
    'bob',
    '--email',
    'bob@example.com',
    '--password',
    'a long password',
  );
  const users = JSON.parse(await ok('users', 'list', '--output', 'json')) as { username: string }[];
  expect(users.map((u) => u.username).sort()).toEqual(['ada', 'bob']);
});

test(verifies('cli.errors'), async () => {
  const unknown = await deployment.coder(['show', 'nowhere']);
  expect([unknown.code, unknown.stdout]).toEqual([1, '']);
  expect(unknown.stderr).toBe('No workspace "nowhere". You have: web.\n');
  const typo = await deployment.coder(['lst']);
  expect([typo.code, typo.stderr]).toEqual([1, expect.stringContaining('list')]);
  const down = await runCoder(['list', '--url', 'http://127.0.0.1:9'], deployment.env);
  expect([down.code, down.stderr]).toEqual([1, expect.stringContaining('Cannot reach')]);
});

test(verifies('cli.completion'), async () => {
  expect(await ok('completion', 'bash')).toContain('complete');
  await waitUntil(async () => (await ok('complete', '--', 'stop', '')).includes('web'));
  expect(await ok('complete', '--', 'tokens', 'create', '--scope', 'workspace:r')).toContain(
    'workspace:read',
  );
  expect(await ok('complete', '--', 'templates', 'pull', '')).toContain('local');
});
