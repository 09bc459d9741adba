import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiError } from '@coder/api';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { serveEventSocket, serveEvents } from './serve-events.ts';

/** Counts up as fast as it is asked, and tells how far it came and whether it has ended. */
function counting() {
  const seen = { states: 0, ended: false };
  async function* follow(signal: AbortSignal) {
    try {
      while (!signal.aborted) {
        seen.states += 1;
        yield seen.states;
        await turn();
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, follow };
}

it('asks for a state only when somebody reads, and ends with the reader', async () => {
  const { seen, follow } = counting();
  const response = await serveEvents(new AbortController().signal, follow);
  for (let i = 0; i < 50; i++) await turn();
  expect(seen.states).toBeLessThan(4);
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('event: data\ndata: 1\n\n');
  await reader?.cancel();
  await expect.poll(() => seen.ended).toBe(true);
});

it('ends what nobody asked for any more when the request is over', async () => {
  const { seen, follow } = counting();
  const gone = new AbortController();
  await serveEvents(gone.signal, follow);
  for (let i = 0; i < 50; i++) await turn();
  gone.abort();
  await expect.poll(() => seen.ended).toBe(true);
});

it('tells what follows to its end, and what goes wrong as an event', async () => {
  async function* follow() {
    yield 'one';
    throw new ApiError('NOT_FOUND', { message: 'It is gone.' });
  }
  const text = await (await serveEvents(new AbortController().signal, follow)).text();
  expect(text).toContain('event: data\ndata: "one"\n\nevent: error\n');
  expect(text).toContain('It is gone.');
});

it('leaves nothing behind when the handshake fails', async () => {
  const { seen, follow } = counting();
  const accept = () => Promise.reject(new ApiError('BAD_REQUEST'));
  await expect(serveEventSocket(accept, follow, 'over')).rejects.toThrow();
  expect(seen.ended).toBe(true);
});

it('waits for a WebSocket that does not read, and ends when it closes', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [
    [WebSocket],
    unknown,
  ];
  const state = { made: 0, ended: false };
  async function* large(signal: AbortSignal) {
    try {
      while (!signal.aborted) {
        state.made += 1;
        yield 'x'.repeat(1024 * 1024);
      }
    } finally {
      state.ended = true;
    }
  }
  client.pause();
  const served = serveEventSocket(async () => socket, large, 'over');
  let before = -1;
  await expect
    .poll(() => {
      const stands = state.made === before;
      before = state.made;
      return stands;
    })
    .toBe(true);
  expect(state.made).toBeLessThan(64);
  client.terminate();
  await served;
  expect(state.ended).toBe(true);
  server.close();
});
