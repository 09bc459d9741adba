import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { encodeFrame, type Process, ProcessFrame } from '@coder/api/agent';
import { describe, expect, it } from 'vitest';

const entry = fileURLToPath(new URL('./testing/remote-main.ts', import.meta.url));

const ended = (how: Partial<Process>): Process => ({
  id: 'x',
  pid: 1,
  command: '',
  argv: null,
  cwd: '/',
  pty: false,
  stdin: 'closed',
  label: null,
  state: 'exited',
  started_at: '2026-01-02T03:04:05Z',
  ended_at: '2026-01-02T03:04:06Z',
  duration_ms: 1,
  exit_code: 0,
  signal: null,
  end_reason: 'exit',
  timeout_ms: null,
  timed_out: false,
  killed_descendants: 0,
  output_bytes: 0,
  output_lost_bytes: 0,
  ...how,
});
const exit = (how: Partial<Process> = {}) => encodeFrame(ProcessFrame.exit, JSON.stringify(ended(how)));
const out = (payload: string) => encodeFrame(ProcessFrame.stdout, payload);
const err = (payload: string) => encodeFrame(ProcessFrame.stderr, payload);

/** What a stream may do besides writing: read what was typed, interrupt the command line or no longer read it, wait for what it sends. */
type Doing = {
  typed: Promise<string>;
  interrupt: () => void;
  stopReading: () => Promise<void>;
  signaled: Promise<unknown>;
};
type Stream = (response: ServerResponse, doing: Doing) => unknown;

/** An agent whose process writes these streams, one for each time it is asked; then the command line as it ran. */
async function run(streams: Stream[], input = '') {
  const cursors: number[] = [];
  const typed = Promise.withResolvers<string>();
  const signaled = Promise.withResolvers<unknown>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname.endsWith('/stream')) {
      cursors.push(Number(url.searchParams.get('after')));
      const interrupt = () => child.kill('SIGINT');
      const stopReading = async () => {
        await once(child.stdout, 'data');
        child.stdout.destroy();
      };
      streams.shift()?.(response.writeHead(200), {
        typed: typed.promise,
        interrupt,
        stopReading,
        signaled: signaled.promise,
      });
      return;
    }
    const body = await text(request);
    if (url.pathname.endsWith('/stdin')) typed.resolve(body);
    if (url.pathname.endsWith('/signal')) signaled.resolve(JSON.parse(body));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ended({})));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [entry, url, 'make'], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(input);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  const stderr = text(child.stderr);
  const [code] = (await once(child, 'close')) as [number | null];
  server.closeAllConnections();
  server.close();
  return { code, stdout, stderr: await stderr, cursors };
}

describe('a command in a workspace', () => {
  it('has its two outputs and its exit code passed on', async () => {
    const result = await run([
      (response) => {
        response.write(out('to stdout\n'));
        response.end(Buffer.concat([err('to stderr\n'), exit({ exit_code: 7 })]));
      },
    ]);
    expect(result).toMatchObject({ code: 7, stdout: 'to stdout\n', stderr: 'to stderr\n', cursors: [0] });
  });

  it('is taken up again where its stream broke, with what is no longer kept said', async () => {
    const whole = out('abc');
    const gap = encodeFrame(ProcessFrame.gap, JSON.stringify({ start: 3, end: 1003 }));
    const result = await run([
      (response) => {
        // A frame that is cut is not counted: it comes again.
        response.write(Buffer.concat([whole, out('never seen').subarray(0, 8)]), () => response.destroy());
      },
      (response) => response.end(Buffer.concat([gap, out('xyz')])),
      (response) => response.end(exit()),
    ]);
    expect(result).toMatchObject({ code: 0, stdout: 'abcxyz', cursors: [0, 3, 1006] });
    expect(result.stderr).toBe('[1000 bytes of output are no longer kept]\n');
  });

  it('gets standard input to its end', async () => {
    const result = await run(
      [async (response, { typed }) => response.end(Buffer.concat([out(await typed), exit()]))],
      'typed\n'.repeat(50_000),
    );
    expect(result.stdout.length).toBe(300_000);
  });

  it('is interrupted where it runs, and tells how it ended', async () => {
    const result = await run([
      async (response, { interrupt, signaled }) => {
        response.write(out('working\n'));
        interrupt();
        expect(await signaled).toMatchObject({ signal: 'INT' });
        response.end(exit({ exit_code: null, signal: 'SIGINT' }));
      },
    ]);
    expect(result).toMatchObject({ code: 130, stdout: 'working\n' });
  });

  it('ends where it runs when nobody reads its output any more', async () => {
    const result = await run([
      async (response, { stopReading, signaled }) => {
        response.write(out('first\n'));
        await stopReading();
        const more = setInterval(() => response.write(out('more\n')), 10);
        expect(await signaled).toMatchObject({ signal: 'HUP', kill_after_ms: 2_000 });
        clearInterval(more);
      },
    ]);
    expect(result).toMatchObject({ code: 141, stdout: 'first\n' });
  });

  it.each([
    ['SIGKILL', 137],
    ['SIGTERM', 143],
    ['SIGNONE', 1],
  ])('that %s ended has the exit code %d', async (signal, code) => {
    const result = await run([(response) => response.end(exit({ exit_code: null, signal }))]);
    expect(result.code).toBe(code);
  });
});
