import { ApiError } from '@coder/api';
import type { RawUpgrade } from './raw-routes.ts';

/** States of something: the first as it is now, then each that follows, until the signal fires. */
export type Follow<T> = (signal: AbortSignal) => AsyncGenerator<T>;

/** Often enough that no proxy on the way calls the connection idle. */
const keepAliveMs = 15_000;

/**
 * Answers with server-sent events, one for each state (`event: data`). What may not be followed is an ordinary error answer; what
 * fails later is an event of its own.
 */
export async function serveEvents<T>(gone: AbortSignal, follow: Follow<T>): Promise<Response> {
  const unread = new AbortController();
  const signal = AbortSignal.any([gone, unread.signal]);
  const states = follow(signal);
  // The first one is read here, so that a refusal is an answer and not a broken stream.
  const first = await states.next();
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (event: string, data?: unknown) =>
        controller.enqueue(
          encoder.encode(`event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`),
        );
      timer = setInterval(() => send('ping'), keepAliveMs);
      void (async () => {
        try {
          if (!first.done) send('data', first.value);
          for await (const state of states) send('data', state);
          controller.close();
        } catch (error) {
          if (!signal.aborted) {
            send('error', errorBody(error));
            controller.close();
          }
        } finally {
          clearInterval(timer);
        }
      })();
    },
    cancel() {
      clearInterval(timer);
      unread.abort();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  });
}

/** The same over a WebSocket: `{type, data}` a message, closed with 1000 and the words `ended` when nothing can follow. */
export async function serveEventSocket<T>(
  accept: RawUpgrade['accept'],
  follow: Follow<T>,
  ended: string,
): Promise<void> {
  const gone = new AbortController();
  const states = follow(gone.signal);
  const first = await states.next();
  const socket = await accept();
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const timer = setInterval(() => socket.ping(), keepAliveMs);
  const send = (type: string, data: unknown) => socket.send(JSON.stringify({ type, data }));
  try {
    if (!first.done) send('data', first.value);
    for await (const state of states) send('data', state);
    socket.close(1000, ended);
  } catch (error) {
    if (gone.signal.aborted) return;
    send('error', errorBody(error));
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function errorBody(error: unknown) {
  return error instanceof ApiError ? error.body() : new ApiError('INTERNAL').body();
}
