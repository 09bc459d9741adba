import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { AgentEvent, ManifestInput } from '@coder/api/agent';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from './testing.ts';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

const script = (id: string, text: string, more: object = {}) => ({
  id,
  display_name: id,
  log_source_id: `log-${id}`,
  script: text,
  run_on_start: true,
  run_on_stop: false,
  start_blocks_login: true,
  timeout_seconds: 0,
  ...more,
});
const manifest = (more: Partial<ManifestInput> = {}): ManifestInput => ({
  build_id: 'build-1',
  workspace_id: 'w',
  workspace_name: 'web',
  owner_name: 'ann',
  agent_id: 'a',
  agent_name: 'main',
  directory: '~/project',
  env: { PAGER: 'less', GREETING: 'hi' },
  scripts: [
    script('setup', 'mkdir -p ~/project; echo "$GREETING $CODER_WORKSPACE_NAME"; echo oops >&2'),
    script('bye', 'echo stopping', { run_on_start: false, run_on_stop: true }),
  ],
  metadata: [
    { key: 'answer', display_name: 'Answer', script: 'echo 42', interval_seconds: 60, timeout_seconds: 5 },
  ],
  apps: [
    { id: 'plain', slug: 'plain' },
    {
      id: 'checked',
      slug: 'checked',
      healthcheck: { url: 'http://127.0.0.1:1/', interval_seconds: 1, threshold: 1 },
    },
  ],
  ...more,
});

/** Reads events until one that fits; returns all read. */
async function eventsUntil(
  fits: (event: AgentEvent) => boolean,
  after = 0,
  from = agent,
): Promise<AgentEvent[]> {
  const { events } = await from.connection.events({ after });
  const seen: AgentEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (fits(event)) break;
  }
  return seen;
}

test('a manifest starts the scripts once; the same build again changes nothing', async () => {
  expect(await agent.connection.applyManifest(manifest())).toMatchObject({
    applied: true,
    agent: { build_id: 'build-1', lifecycle: 'starting' },
  });
  expect(await agent.connection.applyManifest(manifest())).toMatchObject({ applied: false });
  const seen = await eventsUntil((e) => e.type === 'lifecycle' && e.state === 'ready');
  expect(seen.filter((e) => e.type === 'lifecycle').map((e) => e.state)).toEqual([
    'created',
    'starting',
    'ready',
  ]);
  const logs = seen.filter((e) => e.type === 'log');
  expect(logs).toContainEqual(
    expect.objectContaining({ source_id: 'log-setup', level: 'info', output: 'hi web' }),
  );
  expect(logs).toContainEqual(
    expect.objectContaining({ source_id: 'log-setup', level: 'error', output: 'oops' }),
  );
  expect(logs).toHaveLength(2);
  expect(seen.map((e) => e.seq)).toEqual(seen.map((_, i) => i + 1));
});

test('commands start in the directory with the environment of the manifest', async () => {
  const { output } = await agent.connection.processes.start({
    command: 'pwd; echo $PAGER $EXTRA; echo $CODER_WORKSPACE_OWNER_NAME',
    env: { EXTRA: 'x' },
    wait_ms: 5_000,
  });
  expect(output.chunks[0]?.data).toBe(`${agent.home}/project\nless x\nann\n`);
});

test('metadata and app health arrive; a reader continues where it stopped', async () => {
  const wanted = new Set(['answer', 'plain disabled', 'checked initializing', 'checked unhealthy']);
  const seen = await eventsUntil((e) => {
    if (e.type === 'metadata') wanted.delete(`${e.key}`);
    if (e.type === 'app_health') wanted.delete(`${e.app_id} ${e.health}`);
    return wanted.size === 0;
  });
  expect(seen.find((e) => e.type === 'metadata')).toMatchObject({ value: '42', error: '' });
  const { last_seq, boot_id } = await agent.connection.info();
  const { hello } = await agent.connection.events({ after: last_seq, boot_id });
  expect(hello).toMatchObject({ missed: 0, boot_id });
});

test('only ports of the workspace are listed, and a tunnel reaches them', async () => {
  const foreign = createServer().listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  const server = `require('http').createServer((q, r) => r.end('page ' + q.url)).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
  await agent.connection.processes.start({ id: 'web', argv: ['node', '-e', server] });
  const { output } = await agent.connection.processes.output('web', { wait_ms: 10_000 });
  const port = Number(output.chunks[0]?.data);
  const { ports } = await agent.connection.ports();
  expect(ports).toEqual([
    expect.objectContaining({ port, network: 'tcp', address: '127.0.0.1', process_name: 'node' }),
  ]);
  const tunnel = await agent.connection.connect(port);
  tunnel.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  let page = '';
  for await (const part of tunnel) page += part;
  expect(page).toMatch(/200 OK[\s\S]*page \/x/);
  await agent.connection.processes.signal('web', { signal: 'TERM', wait_ms: 5_000 });
  await expect(agent.connection.connect(port)).rejects.toMatchObject({ code: 'port_refused' });
  // What merely answers on the shared loopback may be another workspace's, or the deployment itself.
  const elsewhere = (foreign.address() as AddressInfo).port;
  await expect(agent.connection.connect(elsewhere)).rejects.toMatchObject({ code: 'port_refused' });
  foreign.close();
});

test('statistics count what runs here', async () => {
  await agent.connection.stats();
  await agent.connection.processes.start({ id: 'busy', command: 'while :; do :; done' });
  await expect
    .poll(async () => (await agent.connection.stats()).current.cpu.cores_used ?? 0, { timeout: 10_000 })
    .toBeGreaterThan(0.05);
  const { current } = await agent.connection.stats();
  expect(current.process_count).toBeGreaterThanOrEqual(2);
  expect(current.memory.used_bytes).toBeGreaterThan(10_000_000);
  expect(current.disk.limit_bytes).toBeGreaterThan(current.disk.used_bytes);
  const ended = await agent.connection.processes.signal('busy', { signal: 'KILL', wait_ms: 5_000 });
  expect(ended).toMatchObject({ state: 'exited', end_reason: 'signal', signal: 'SIGKILL' });
});

test('a terminal outlives its viewer and shows the next one where things stand', async () => {
  const until = async (output: AsyncIterable<Buffer>, pattern: RegExp) => {
    let seen = '';
    for await (const part of output) {
      seen += part.toString();
      if (pattern.test(seen)) return seen;
    }
    throw new Error(`the terminal ended: ${seen}`);
  };
  const first = await agent.connection.attachTerminal('t1', {
    width: 70,
    height: 20,
    command: 'exec bash --norc',
  });
  first.write('stty size; echo be"gi"n\n');
  expect(await until(first.output, /begin/)).toContain('20 70');
  first.close();
  const second = await agent.connection.attachTerminal('t1', { width: 60, height: 10 });
  const third = await agent.connection.attachTerminal('t1', { width: 60, height: 10 });
  second.resize({ width: 99, height: 33 });
  second.write('stty size; echo e"n"d\n');
  const shown = await until(third.output, /end/);
  expect(shown).toContain('begin');
  expect(shown).toContain('33 99');
  expect((await agent.connection.terminals()).terminals).toEqual([
    expect.objectContaining({ id: 't1', width: 99, height: 33 }),
  ]);
  await agent.connection.endTerminal('t1');
  await expect.poll(async () => (await agent.connection.terminals()).terminals).toEqual([]);
});

test('a script that fails or takes too long is said to have', async () => {
  const other = await startTestAgent();
  await other.connection.applyManifest(
    manifest({ scripts: [script('bad', 'exit 7')], metadata: [], apps: [] }),
  );
  expect(
    (await eventsUntil((e) => e.type === 'lifecycle' && e.state === 'start_error', 0, other)).at(-1),
  ).toMatchObject({ error: 'The script "bad" failed: exit code 7.' });
  const { last_seq } = await other.connection.info();
  await other.connection.applyManifest(
    manifest({
      build_id: 'build-2',
      scripts: [script('slow', 'sleep 60', { timeout_seconds: 1 })],
      metadata: [],
      apps: [],
    }),
  );
  await eventsUntil((e) => e.type === 'lifecycle' && e.state === 'start_timeout', last_seq, other);
  await other.stop();
});

test('a shutdown runs the stop scripts, ends all that runs, says so, and exits', async () => {
  const { process } = await agent.connection.processes.start({
    id: 'left',
    command: '(setsid sleep 400 &) ; sleep 400',
  });
  const { last_seq } = await agent.connection.info();
  const exited = once(agent.child, 'exit');
  const { events } = await agent.connection.events({ after: last_seq });
  await agent.connection.shutdown({ reason: 'test', grace_ms: 500 });
  const seen: AgentEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (event.type === 'lifecycle' && event.state === 'off') break;
  }
  expect(seen.filter((e) => e.type === 'lifecycle').map((e) => e.state)).toEqual(['shutting_down', 'off']);
  expect(seen).toContainEqual(
    expect.objectContaining({ type: 'log', source_id: 'log-bye', output: 'stopping' }),
  );
  expect(await exited).toEqual([0, null]);
  expect(() => globalThis.process.kill(-(process.pid as number), 0)).toThrow('ESRCH');
  await agent.connection.closed;
});
