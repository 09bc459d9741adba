import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputText, startTestAgent, type TestAgent } from './testing.ts';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

describe('processes', () => {
  test('a command answers with its output, marked by stream, and its exit code', async () => {
    const { process, output, started } = await agent.connection.processes.start({
      command: 'echo out; echo err >&2; exit 3',
      wait_ms: 10_000,
    });
    expect(started).toBe(true);
    expect(process).toMatchObject({ state: 'exited', exit_code: 3, end_reason: 'exit', signal: null });
    expect(output.chunks.find((c) => c.stream === 'stdout')?.data).toBe('out\n');
    expect(output.chunks.find((c) => c.stream === 'stderr')?.data).toBe('err\n');
    expect(output.complete).toBe(true);
  });

  test('the same id again is the same process', async () => {
    const request = { id: 'once', command: 'echo run >> once.txt; sleep 0.05', wait_ms: 10_000 };
    const [first, second] = await Promise.all([
      agent.connection.processes.start(request),
      agent.connection.processes.start(request),
    ]);
    expect([first.started, second.started].sort()).toEqual([false, true]);
    const { content } = await agent.connection.files.readLines({ path: '~/once.txt' });
    expect(content).toBe('run\n');
  });

  test('what has to wait with its effect does nothing before, and nothing when that fails', async () => {
    const go = Promise.withResolvers<void>();
    const start = (id: string, effectAfter: Promise<void>) =>
      agent.connection.processes.start(
        { id, command: `echo ${id} >> held.txt`, wait_ms: 10_000 },
        { effectAfter },
      );
    const held = start('held', go.promise);
    const never = Promise.withResolvers<void>();
    const dropped = expect(start('dropped', never.promise)).rejects.toThrow('not now');
    // It comes after them by the same link.
    expect((await agent.connection.processes.list()).processes.map(({ id }) => id)).not.toContain('held');
    never.reject(new Error('not now'));
    await dropped;
    go.resolve();
    expect((await held).process).toMatchObject({ exit_code: 0 });
    expect((await agent.connection.files.readLines({ path: '~/held.txt' })).content).toBe('held\n');
    expect((await agent.connection.processes.list()).processes.map(({ id }) => id)).not.toContain('dropped');
  });

  test('what cannot be started is refused before its effect may come', async () => {
    const go = Promise.withResolvers<void>();
    const start = agent.connection.processes.start(
      { command: 'true', cwd: '/nowhere/at/all' },
      { effectAfter: go.promise },
    );
    await expect(start).rejects.toMatchObject({ code: 'not_found' });
    go.resolve();
    expect((await agent.connection.processes.start({ command: 'true' })).started).toBe(true);
  });

  test('a timeout ends the whole group, also what left the session, and says so', async () => {
    const started = performance.now();
    const { process } = await agent.connection.processes.start({
      command: 'setsid sleep 301 & (trap "" TERM; sleep 302) & sleep 300',
      timeout_ms: 300,
      kill_grace_ms: 200,
      wait_ms: 10_000,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(process).toMatchObject({ state: 'exited', end_reason: 'timeout', timed_out: true });
    expect(process.killed_descendants).toBeGreaterThanOrEqual(2);
    const left = await agent.connection.processes.start({
      command: 'pgrep -x sleep -a | grep -E "sleep 30[012]" || true',
      wait_ms: 5_000,
    });
    expect(outputText(left.output)).toBe('');
  });

  test('a child that keeps the pipe does not hold up the result, and goes on', async () => {
    const started = performance.now();
    const { process } = await agent.connection.processes.start({
      id: 'holder',
      command: '(sleep 1; echo late) & echo now',
      wait_ms: 10_000,
    });
    expect(performance.now() - started).toBeLessThan(900);
    expect(process).toMatchObject({ state: 'exited', exit_code: 0 });
    await expect
      .poll(async () => outputText((await agent.connection.processes.output('holder')).output), {
        timeout: 5_000,
      })
      .toBe('now\nlate\n');
    expect(await agent.connection.processes.get('holder')).toMatchObject({
      state: 'exited',
      output_bytes: 9,
    });
  });

  test('what has left something running that holds its output says so, as long as it runs', async () => {
    const { processes } = agent.connection;
    const { process } = await processes.start({ id: 'server', command: 'sleep 313 & true', wait_ms: 10_000 });
    expect(process).toMatchObject({ state: 'exited', exit_code: 0, left_running: true });
    const running = async () => (await processes.list({ state: 'running' })).processes.map(({ id }) => id);
    expect(await running()).toContain('server');
    const ended = await processes.signal('server', { signal: 'KILL' });
    expect(ended.left_running).toBeUndefined();
    expect(await running()).not.toContain('server');
  });

  test('what an ended process has left behind still gets its signals', async () => {
    await agent.connection.processes.start({
      id: 'parent',
      command: 'setsid sleep 311 > /dev/null 2>&1 & echo $!',
      wait_ms: 10_000,
    });
    const ended = await agent.connection.processes.signal('parent', { signal: 'KILL' });
    expect(ended).toMatchObject({ state: 'exited', exit_code: 0, end_reason: 'exit', killed_descendants: 1 });
    const left = await agent.connection.processes.start({
      command: 'pgrep -af "sleep 31[1]" || true',
      wait_ms: 5_000,
    });
    expect(outputText(left.output)).toBe('');
  });

  test('what outlives a TERM is ended later, also when the first process has gone at once, and counts once', async () => {
    await agent.connection.processes.start({
      id: 'stubborn',
      command: '(trap "" TERM; touch trapped; exec sleep 312 > /dev/null 2>&1) & wait',
    });
    await expect
      .poll(() => agent.connection.files.stat({ path: '~/trapped' }).catch(() => undefined))
      .toBeDefined();
    const signal = { signal: 'TERM', kill_after_ms: 300, wait_ms: 5_000 } as const;
    expect(await agent.connection.processes.signal('stubborn', signal)).toMatchObject({ state: 'exited' });
    const left = () =>
      agent.connection.processes.start({ command: 'pgrep -af "sleep 31[2]" || true', wait_ms: 5_000 });
    await expect.poll(async () => outputText((await left()).output), { timeout: 5_000 }).toBe('');
    expect(await agent.connection.processes.get('stubborn')).toMatchObject({ killed_descendants: 1 });
  });

  test('what a person writes reaches the input, and its end', async () => {
    await agent.connection.processes.start({ id: 'cat', command: 'cat; echo bye', stdin: 'pipe' });
    await agent.connection.processes.stdin('cat', 'one\n');
    await agent.connection.processes.stdin('cat', 'two\n', true);
    const { output } = await agent.connection.processes.output('cat', { wait_ms: 5_000, wait_for: 'end' });
    expect(outputText(output)).toBe('one\ntwo\nbye\n');
    await expect(agent.connection.processes.stdin('cat', 'x')).rejects.toMatchObject({ code: 'not_running' });
  });

  test('a stream ends with the exit', async () => {
    await agent.connection.processes.start({
      id: 'streamed',
      command: 'for i in 1 2 3; do echo $i; sleep 0.02; done; exit 5',
    });
    let out = '';
    let exit: number | null | undefined;
    for await (const item of agent.connection.processes.stream('streamed')) {
      if (item.type === 'stdout') out += Buffer.from(item.data).toString();
      if (item.type === 'exit') exit = item.process.exit_code;
    }
    expect([out, exit]).toEqual(['1\n2\n3\n', 5]);
  });

  test('a terminal process is one, and can be resized', async () => {
    await agent.connection.processes.start({
      id: 'tty',
      command: 'read line; stty size; test -t 1 && echo terminal',
      pty: { width: 90, height: 30 },
    });
    await agent.connection.processes.resize('tty', { width: 101, height: 41 });
    await agent.connection.processes.stdin('tty', 'go\n');
    const { output } = await agent.connection.processes.output('tty', { wait_ms: 5_000, wait_for: 'end' });
    expect(outputText(output)).toContain('41 101');
    expect(outputText(output)).toContain('terminal');
  });

  test('real pipes: /dev/stderr can be opened; the token is not in the environment', async () => {
    const { output } = await agent.connection.processes.start({
      command: 'echo e > /dev/stderr; env | grep -c TOKEN; echo $PAGER$CODER',
      wait_ms: 5_000,
    });
    expect(
      output.chunks
        .filter((c) => c.stream === 'stderr')
        .map((c) => c.data)
        .join(''),
    ).toBe('e\n');
    expect(
      output.chunks
        .filter((c) => c.stream === 'stdout')
        .map((c) => c.data)
        .join(''),
    ).toBe('0\ncattrue\n');
  });

  test('wrong input is refused with its field', async () => {
    const { processes } = agent.connection;
    await expect(processes.start({})).rejects.toMatchObject({ code: 'invalid_input', field: 'command' });
    await expect(processes.start({ command: 'x', cwd: '/nowhere' })).rejects.toMatchObject({
      code: 'not_found',
      field: 'cwd',
    });
    await expect(processes.start({ argv: ['no-such-program'] })).rejects.toMatchObject({
      code: 'not_found',
      field: 'argv.0',
    });
    await expect(processes.start({ argv: ['', 'x'] })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'argv.0',
    });
    await expect(processes.get('nobody')).rejects.toMatchObject({ code: 'process_not_found', status: 404 });
    await expect(processes.start({ command: 'x', nonsense: 1 } as never)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'nonsense',
    });
  });

  test('50 MB of output can be read whole by cursor', { timeout: 240_000 }, async () => {
    const command = `node -e 'const l = Buffer.from("é".repeat(499) + "a\\n"); for (let i = 0; i < 50000; i++) require("fs").writeSync(1, l)'`;
    const { output, process } = await agent.connection.processes.start({
      id: 'big',
      command,
      wait_ms: 50_000,
    });
    expect(process.output_bytes).toBe(50_000_000);
    expect(process.output_lost_bytes).toBe(0);
    expect(output.gaps).toEqual([expect.objectContaining({ reason: 'limit' })]);
    let cursor = 0;
    let read = '';
    let total = 0;
    while (total < 50_000_000) {
      const part = await agent.connection.processes.output('big', { after: cursor, limit: 1024 * 1024 });
      read = outputText(part.output);
      expect(read.includes('\uFFFD')).toBe(false);
      total += Buffer.byteLength(read);
      cursor = part.output.next_cursor;
      if (part.output.complete) break;
    }
    expect(total).toBe(50_000_000);
    let streamed = 0;
    for await (const item of agent.connection.processes.stream('big'))
      if (item.type === 'stdout') streamed += item.data.length;
    expect(streamed).toBe(50_000_000);
  });

  test('a thousand quick calls', { timeout: 240_000 }, async () => {
    let next = 0;
    const worker = async () => {
      while (next < 1_000) {
        const n = next++;
        const { output } = await agent.connection.processes.start({ command: `echo ${n}`, wait_ms: 20_000 });
        expect(outputText(output)).toBe(`${n}\n`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  });
});
