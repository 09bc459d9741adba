import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAgentServer } from './server.ts';

let listener: Server;
let session: ClientHttp2Session;
let seen: unknown[];

beforeEach(async () => {
  seen = [];
  const agent = createAgentServer({
    routes: [
      {
        method: 'POST',
        path: '/ahead',
        async handler(request) {
          const { value, whole } = await request.jsonAhead();
          seen.push(value);
          await whole.then(
            () => seen.push('whole'),
            (error) => {
              seen.push('broken off');
              throw error;
            },
          );
          return { body: { done: true } };
        },
      },
    ],
    connect: (stream) => stream.close(),
    report: (error) => seen.push(error),
  });
  listener = createServer((socket) => agent.emit('connection', socket)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  session = connect(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
  session.on('error', () => {});
});
afterEach(() => {
  session.destroy();
  listener.close();
});

const TEXT = JSON.stringify({ a: 'é' });

/** A request whose body is whole, and which has not ended. */
function open(headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(TEXT) }) {
  const stream = session.request({ ':method': 'POST', ':path': '/ahead', ...headers }, { endStream: false });
  stream.on('error', () => {});
  stream.write(TEXT);
  return stream;
}

const answerOf = async (stream: ClientHttp2Stream) => {
  let text = '';
  for await (const part of stream) text += part;
  return JSON.parse(text) as unknown;
};

test('a body is there as soon as it has come by its length, and whole when the request ends', async () => {
  const stream = open();
  await vi.waitFor(() => expect(seen).toEqual([{ a: 'é' }]));
  stream.end();
  expect(await answerOf(stream)).toEqual({ done: true });
  expect(seen).toEqual([{ a: 'é' }, 'whole']);
});

test('a body without a length is there when the request ends', async () => {
  const stream = open({});
  stream.end();
  expect(await answerOf(stream)).toEqual({ done: true });
  expect(seen).toEqual([{ a: 'é' }, 'whole']);
});

test.each<[string, (stream: ClientHttp2Stream) => void]>([
  ['reset with no error', (stream) => stream.destroy()],
  ['reset with an error', (stream) => stream.destroy(new Error('not now'))],
  ['cut off with its connection', () => session.destroy()],
])('a request that is %s after its body is never whole', async (_how, end) => {
  const stream = open();
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  end(stream);
  await vi.waitFor(() => expect(seen).toEqual([{ a: 'é' }, 'broken off']));
});

test('a body that is longer than it said is refused', async () => {
  const stream = open();
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  stream.write('more');
  await vi.waitFor(() => expect(seen).toEqual([{ a: 'é' }, 'broken off']));
});
