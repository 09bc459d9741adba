import type { ServerHttp2Stream } from 'node:http2';
import { FILE_BYTES_HEADER } from '@coder/api/agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkAnswer } from '../link/check-answer.ts';
import { dialAsAgent, manifestApplied } from '../testing/fake-agent.ts';
import { type Harness, harness } from '../testing/harness.ts';

let h: Harness;
beforeAll(async () => {
  h = await harness();
});
afterAll(() => h[Symbol.asyncDispose]());

const MIB = 1024 * 1024;

/** Writes without an end as fast as it is taken. What is returned says how many bytes that was so far. */
function pour(stream: ServerHttp2Stream, start: string, unit: string): { bytes: number } {
  const sent = { bytes: 0 };
  const part = Buffer.from(unit.repeat(Math.ceil((64 * 1024) / unit.length)));
  const more = () => {
    do sent.bytes += part.length;
    while (!stream.destroyed && stream.write(part) && sent.bytes < 64 * MIB);
    if (sent.bytes >= 64 * MIB) stream.end();
  };
  stream.on('error', () => undefined);
  stream.on('drain', more);
  stream.write(start);
  more();
  return sent;
}

const dial = (token: string, answer: Parameters<typeof dialAsAgent>[2]) => dialAsAgent(h.url, token, answer);

describe('a program that answers in the name of an agent', () => {
  it('is cut off at an answer that is too long, and has to wait ever longer before it is heard again', async () => {
    const { token } = await h.workspace(await h.user());
    let sent = { bytes: 0 };
    const flood = () =>
      dial(token, (_, stream) => {
        sent = pour(stream, '[', '{},');
      });
    const first = await flood();
    expect(first.status).toBe(101);
    await first.closed;
    expect(sent.bytes).toBeGreaterThan(0);
    expect(sent.bytes).toBeLessThan(8 * MIB);
    expect((await flood()).status).toBe(429);
    h.clock.advance(1_000);
    const second = await flood();
    expect(second.status).toBe(101);
    await second.closed;
    await expect.poll(async () => (await flood()).status).toBe(429);
    h.clock.advance(1_000);
    expect((await flood()).status).toBe(429);
    h.clock.advance(1_000);
    const third = await dial(token, (_, stream) => stream.end('not JSON'));
    expect(third.status).toBe(101);
    await third.closed;
    await expect.poll(async () => (await flood()).status).toBe(429);
  });

  it('is cut off at a line of events without an end', async () => {
    const { token } = await h.workspace(await h.user());
    let sent = { bytes: 0 };
    const link = await dial(token, (path, stream) => {
      if (path.includes('manifest')) stream.end(manifestApplied);
      else sent = pour(stream, '', 'x');
    });
    await link.closed;
    expect(sent.bytes).toBeGreaterThan(0);
    expect(sent.bytes).toBeLessThan(8 * MIB);
    await expect.poll(async () => (await dial(token, () => undefined)).status).toBe(429);
  });

  it('cannot answer with text where base64 was asked for, which is put into an answer as it is', async () => {
    const { agentId, token } = await h.workspace(await h.user());
    const head = { path: '/a', encoding: 'text', binary: false, offset: 0, bytes: 2, size: 2 };
    const about = JSON.stringify({ ...head, etag: 'e', next_offset: null, mime_type: 'text/plain' });
    await dialAsAgent(h.url, token, (path, stream) => {
      if (path.includes('manifest')) stream.end(manifestApplied);
      else if (path.includes('files')) {
        stream.respond({ ':status': 200, [FILE_BYTES_HEADER]: encodeURIComponent(about) });
        stream.end('",');
      }
    });
    const connections = h.server().agents.agentConnections;
    await expect.poll(() => connections.get(agentId)).toBeDefined();
    const read = connections.get(agentId)?.files.readBytes({ path: '/a', encoding: 'base64' });
    expect(await read).toMatchObject({ encoding: 'base64', content: 'Iiw=' });
  });
});

describe('an answer that never comes', () => {
  it.each([
    ['not even its headers', () => undefined],
    ['only its headers', (stream: ServerHttp2Stream) => stream.respond({ ':status': 200 })],
    [
      'half its body',
      (stream: ServerHttp2Stream) => stream.respond({ ':status': 200 }) ?? stream.write('{"pro'),
    ],
  ])('is waited for as long as the call may take: %s', async (_what, answer) => {
    const { agentId, token } = await h.workspace(await h.user());
    await dialAsAgent(h.url, token, (path, stream) => {
      if (path.includes('manifest')) stream.end(manifestApplied);
      else if (path.includes('processes')) answer(stream);
    });
    const connections = h.server().agents.agentConnections;
    await expect.poll(() => connections.get(agentId)).toBeDefined();
    const call = connections.get(agentId)?.processes.list({}, { deadlineMs: 200 });
    await expect(call).rejects.toMatchObject({ reason: 'deadline' });
  });
});

describe('a long answer', () => {
  const schema = z.object({
    list: z.array(z.object({ a: z.string(), b: z.string().nullable() })).nullable(),
    more: z.array(z.string()).optional(),
    count: z.int(),
  });
  const many = (item: unknown) => ({
    list: Array.from({ length: 2_000 }, () => item),
    count: 1,
    extra: true,
  });

  it('is checked no further than the first thing that is wrong', () => {
    expect(checkAnswer(schema, many({})).error?.issues.length).toBeLessThan(5);
    expect(checkAnswer(schema, many('x')).success).toBe(false);
    expect(checkAnswer(schema, { ...many({ a: '', b: null }), count: 'x' }).success).toBe(false);
    expect(checkAnswer(schema, many({}).list).success).toBe(false);
    expect(checkAnswer(z.string(), many({})).success).toBe(false);
  });

  it('is what the schema makes of it', () => {
    for (const value of [
      many({ a: 'x', b: null, c: 1 }),
      { list: null, count: 2, more: Array(600).fill('x') },
    ]) {
      expect(checkAnswer(schema, value)).toEqual(schema.safeParse(value));
    }
  });
});
