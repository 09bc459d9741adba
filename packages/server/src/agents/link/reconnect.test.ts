import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outputText, startTestAgent } from './testing.ts';

test('a token that is refused does not stop the processes at once, and the agent keeps dialing', async () => {
  const agent = await startTestAgent();
  await agent.connection.processes.start({ id: 'on', command: 'sleep 60' });
  agent.link.refuseWith(401);
  agent.connection.close('test');
  const before = agent.link.dials();
  await expect.poll(() => agent.link.dials(), { timeout: 10_000 }).toBeGreaterThan(before + 2);
  agent.link.refuseWith(0);
  const again = await agent.link.next();
  expect((await again.processes.get('on')).state).toBe('running');
  await agent.stop();
});

test('a deadline and an abort end the wait, not the command', async () => {
  const agent = await startTestAgent();
  const { processes } = agent.connection;
  await processes.start({ id: 'slow', command: 'sleep 30' });
  const stop = new AbortController();
  const waiting = processes.get('slow', 20_000, { signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
  // The deadline comes on top of the wait: this one ends in the middle of it, where no answer can be faster.
  const late = processes.get('slow', 20_000, { deadlineMs: 50 - 20_000 });
  await expect(late).rejects.toMatchObject({ reason: 'deadline' });
  expect((await processes.get('slow')).state).toBe('running');
  expect(await processes.signal('slow', { signal: 'TERM', cancel: true, wait_ms: 5_000 })).toMatchObject({
    end_reason: 'canceled',
  });
  expect(await agent.connection.ping()).toBeGreaterThan(0);
  await agent.stop();
});

/** All processes that carry a variable, as another user may have started them. */
function carrying(variable: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(variable);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('SIGTERM ends the agent in order, with all that it started', async () => {
  const marker = randomUUID();
  const agent = await startTestAgent({ env: { CODER_AGENT_MARKER: marker } });
  await agent.connection.processes.start({
    command: 'setsid sleep 500 & (trap "" TERM; sleep 500) & disown -a; sleep 500',
  });
  await expect.poll(() => carrying(`CODER_AGENT_MARKER=${marker}`).length).toBeGreaterThanOrEqual(4);
  agent.child.kill('SIGTERM');
  const exit = once(agent.child, 'exit');
  expect(await exit).toEqual([0, null]);
  expect(carrying(`CODER_AGENT_MARKER=${marker}`)).toEqual([]);
  await agent.stop();
});

const works = (command: string[]) => spawnSync(command[0] as string, command.slice(1)).status === 0;
const bubblewrap = [
  'bwrap',
  '--bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--unshare-pid',
  '--unshare-ipc',
  '--die-with-parent',
];
const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};

describe.each([
  ['as an unprivileged user', true, { ...asNobody }],
  [
    'in bubblewrap',
    works([...bubblewrap, 'true']),
    { wrap: (command: string[]) => [...bubblewrap, ...command] },
  ],
])('%s', (_name, possible, options) => {
  test.skipIf(!possible)('commands, timeouts, ports and terminals work', async () => {
    const agent = await startTestAgent(options);
    const { connection } = agent;
    const quick = await connection.processes.start({
      command: 'echo $((6*7)); echo e > /dev/stderr',
      wait_ms: 10_000,
    });
    expect(quick.output.chunks.find((c) => c.stream === 'stdout')?.data).toBe('42\n');
    expect(quick.output.chunks.find((c) => c.stream === 'stderr')?.data).toBe('e\n');
    const late = await connection.processes.start({
      command: 'setsid sleep 77 & sleep 78',
      timeout_ms: 200,
      wait_ms: 10_000,
    });
    expect(late.process).toMatchObject({ end_reason: 'timeout' });
    const left = await connection.processes.start({
      command: 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "sleep 7[78] " || true',
      wait_ms: 10_000,
      env: {},
    });
    expect(Number(outputText(left.output))).toBeLessThanOrEqual(1);
    const server = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    await connection.processes.start({ id: 'listen', argv: ['node', '-e', server] });
    const port = Number(
      outputText((await connection.processes.output('listen', { wait_ms: 10_000 })).output),
    );
    expect((await connection.ports()).ports.map((p) => p.port)).toEqual([port]);
    const terminal = await connection.processes.start({
      command: 'tty',
      pty: { width: 80, height: 24 },
      wait_ms: 10_000,
    });
    expect(outputText(terminal.output)).toMatch(/^\/dev\/pts\//);
    expect((await connection.files.write({ path: '~/file', content: 'x' })).created).toBe(true);
    await agent.stop();
  });
});
