import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { agentErrorStatus, type ProcessResult } from '@coder/api/agent';
import { expect, test } from 'vitest';
import { createProcessCalls } from './process-calls.ts';

const ended: ProcessResult = {
  process: {
    id: 'p1',
    pid: 1,
    command: 'true',
    argv: null,
    cwd: '/',
    pty: false,
    stdin: 'none',
    label: null,
    state: 'exited',
    started_at: '2026-01-01T00:00:00.000Z',
    ended_at: '2026-01-01T00:00:00.000Z',
    duration_ms: 1,
    exit_code: 0,
    signal: null,
    end_reason: 'exit',
    timeout_ms: null,
    timed_out: false,
    killed_descendants: 0,
    output_bytes: 0,
    output_lost_bytes: 0,
  },
  started: true,
  output: { encoding: 'text', chunks: [], gaps: [], next_cursor: 0, output_bytes: 0, complete: true },
};

/** Calls an agent that refuses these fields, as one does that has never heard of them; resolves with what it got. */
async function calls(unknown: readonly string[]) {
  const got: Record<string, unknown>[] = [];
  async function answer(stream: ServerHttp2Stream): Promise<void> {
    const body = JSON.parse(await text(stream)) as Record<string, unknown>;
    got.push(body);
    const field = unknown.find((name) => name in body);
    const refusal = { code: 'invalid_input', message: `${field}: Unrecognized key`, field };
    stream.respond({ ':status': field ? agentErrorStatus.invalid_input : 200 });
    stream.end(JSON.stringify(field ? refusal : ended));
  }
  const server = createServer().on('stream', (stream) => void answer(stream));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const request = { id: 'p1', command: 'true', merge_stderr: true };
  const result = createProcessCalls(session)
    .start(request)
    .finally(() => {
      session.close();
      server.close();
    });
  return { request, result, got };
}

test('an agent that knows of merged outputs is asked for them', async () => {
  const { request, result, got } = await calls([]);
  await expect(result).resolves.toEqual(ended);
  expect(got).toEqual([request]);
});

test('an agent of an earlier version runs commands without', async () => {
  const { request, result, got } = await calls(['merge_stderr']);
  await expect(result).resolves.toEqual(ended);
  expect(got).toEqual([request, { id: 'p1', command: 'true' }]);
});

test('what an agent refuses for another reason is refused', async () => {
  const { result, got } = await calls(['command']);
  await expect(result).rejects.toMatchObject({ code: 'invalid_input', field: 'command' });
  expect(got).toHaveLength(1);
});
