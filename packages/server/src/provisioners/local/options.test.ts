import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNoopLogger, testClock } from '../../testing/index.ts';
import type { StartInput } from '../provisioner.ts';
import { createLocalProvisioner, type LocalProvisionerOptions } from './local-provisioner.ts';
import { isRoot, worlds } from './testing/conditions.ts';
import { inWorkspace, leftOf, temporaryDataDir, until } from './testing/world.ts';

const world = worlds.find(
  (candidate) => candidate.skip === undefined && candidate.uid === undefined,
) as (typeof worlds)[number];
let data: Awaited<ReturnType<typeof temporaryDataDir>>;
beforeAll(async () => {
  data = await temporaryDataDir();
});
afterAll(() => data.remove());

function provisioner(options: Partial<LocalProvisionerOptions> = {}) {
  return createLocalProvisioner({
    dataDir: data.path,
    sandbox: world.sandbox,
    agentUrl: 'http://127.0.0.1:1',
    node: process.execPath,
    agentBundle: async () => ({ entry: join(import.meta.dirname, 'testing/agent/agent.mjs') }),
    log: createNoopLogger(),
    clock: testClock(),
    ...options,
  });
}

function input(workspaceId: string, more: Partial<StartInput> = {}): StartInput {
  return {
    workspaceId,
    workspaceName: 'web',
    ownerName: 'ann',
    buildId: randomUUID(),
    env: {},
    limits: { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null },
    agents: [{ id: randomUUID(), name: 'main', token: 'agent-token' }],
    state: null,
    ...more,
  };
}
const quiet = () => {};
const never = new AbortController().signal;

it('lets an agent dial a unix socket, also after a server that starts again has made it anew', async () => {
  const folder = join(data.path, 'link');
  const socket = join(folder, 'agent.sock');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const listen = async (answer: string) => {
    const server = createServer((_, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    chmodSync(socket, 0o666);
    return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  };
  const local = provisioner({ agentUrl: () => `unix://${socket}` });
  const id = randomUUID();
  await local.start(input(id), quiet, never);
  const dial = 'curl -s --unix-socket "${CODER_AGENT_URL#unix://}" http://localhost/';
  for (const answer of ['first', 'second']) {
    await using _server = await listen(answer);
    expect((await inWorkspace(data.path, id, dial)).stdout).toBe(answer);
  }
  await local.delete(id, null, quiet);
});

it.skipIf(world.sandbox !== 'bwrap')(
  'shows nothing of what is hidden, and nothing of the machine that changes',
  async () => {
    const base = isRoot ? '/usr/local' : data.path;
    const secret = mkdtempSync(join(base, 'hidden-'));
    chmodSync(secret, 0o755);
    writeFileSync(join(secret, 'config.yaml'), 'password: hunter2\n', { mode: 0o644 });
    const local = provisioner({ hidden: [secret, '/etc/hostname'] });
    const id = randomUUID();
    await local.start(input(id), quiet, never);
    const { stdout } = await inWorkspace(
      data.path,
      id,
      `cat ${secret}/* /etc/hostname; ls -A ${secret} /var/lib /root /srv /mnt`,
    );
    expect(stdout).not.toContain('hunter2');
    expect(stdout.split('\n').filter((line) => line !== '' && !line.endsWith(':'))).toEqual(['coder-agent']);
    const names = await inWorkspace(
      data.path,
      id,
      'whoami; hostname; getent hosts web | cut -d" " -f1; ls -d /proc/[0-9]* | wc -l',
    );
    const [user, host, address, processes] = names.stdout.trim().split('\n');
    expect([user, host, address]).toEqual(['coder', 'web', '127.0.0.1']);
    expect(Number(processes)).toBeLessThan(10);
    await local.delete(id, null, quiet);
    rmSync(secret, { recursive: true });
  },
);

it('ends what it has started when the build is canceled', async () => {
  const local = provisioner();
  const id = randomUUID();
  const cancel = new AbortController();
  const start = local.start(input(id, { env: { TEST_AGENT_HANGS: 'yes' } }), quiet, cancel.signal);
  start.catch(() => {});
  await until(async () => (await local.inspect(id, null)) === 'running');
  cancel.abort(new Error('The build was canceled.'));
  await expect(start).rejects.toThrow('The build was canceled.');
  expect(leftOf(id, undefined)).toEqual([]);
  expect(await local.inspect(id, null)).toBe('stopped');
  await local.delete(id, null, quiet);
});

it('runs every agent of a template, each with a folder of its own', async () => {
  const local = provisioner();
  const id = randomUUID();
  const agents = ['main', 'second'].map((name) => ({ id: randomUUID(), name, token: `token-${name}` }));
  const { resources } = await local.start(input(id, { agents }), quiet, never);
  expect(resources[0]?.agentIds).toEqual(agents.map((agent) => agent.id));
  const folders = await inWorkspace(data.path, id, 'ls "$(dirname "$CODER_AGENT_STATE_DIR")"');
  expect(folders.stdout).toBe('main\nsecond\n');
  await local.delete(id, null, quiet);
});

it('refuses names that would lead out of a folder', async () => {
  const local = provisioner();
  const agents = [{ id: randomUUID(), name: '../../x', token: 't' }];
  await expect(local.start(input(randomUUID(), { agents }), quiet, never)).rejects.toThrow(
    'cannot be the name',
  );
  await expect(local.delete('../..', null, quiet)).rejects.toThrow('not a workspace id');
});

it('keeps a log that grows within bounds while the agent runs', async () => {
  const local = provisioner();
  const id = randomUUID();
  await local.start(input(id), quiet, never);
  const log = join(data.path, 'workspaces', id, 'agent.log');
  writeFileSync(log, `${'x'.repeat(5 * 1024 * 1024)}\n`, { flag: 'a' });
  expect(await local.inspect(id, null)).toBe('running');
  expect(statSync(log).size).toBe(0);
  expect(readFileSync(`${log}.1`).length).toBeGreaterThan(5 * 1024 * 1024);
  await local.delete(id, null, quiet);
});

it.skipIf(!isRoot)(
  'refuses a data directory that other accounts cannot reach, and names the folder',
  async () => {
    const closed = join(data.path, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await expect(provisioner({ dataDir: join(closed, 'data') }).check()).rejects.toThrow(
      `chmod o+x ${closed}`,
    );
  },
);

it('warns once, and loudly, when there is no sandbox', async () => {
  const warnings: string[] = [];
  const log = { ...createNoopLogger(), warn: (text: string) => warnings.push(text) } as never;
  const local = provisioner({ sandbox: 'none', log });
  await local.prepare();
  await local.check();
  expect(warnings).toEqual([expect.stringContaining('WITHOUT A SANDBOX')]);
});
