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
  const event = (name: string, data?: unknown) =>
    encoder.encode(`event: ${name}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`);
  let next: Promise<IteratorResult<T>> | undefined = Promise.resolve(first);
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // A reader that is behind knows that the connection lives.
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(event('ping'));
      }, keepAliveMs);
    },
    // A state is asked for when there is room for it: who reads slowly is told the newest ones, and the server keeps none.
    async pull(controller) {
      try {
        const { done, value } = await (next ?? states.next());
        next = undefined;
        if (!done) controller.enqueue(event('data', value));
        else close(controller);
      } catch (error) {
        if (signal.aborted) return;
        controller.enqueue(event('error', errorBody(error)));
        close(controller);
      }
    },
    cancel() {
      unread.abort();
    },
  });
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(timer);
      // Where it stands at a state that nobody asked for, it would never end.
      states.return(undefined).catch(() => undefined);
    },
    { once: true },
  );
  function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
    clearInterval(timer);
    if (!signal.aborted) controller.close();
  }
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
  const socket = await accept().catch(async (error: unknown) => {
    gone.abort();
    await states.return(undefined);
    throw error;
  });
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const timer = setInterval(() => socket.ping(), keepAliveMs);
  // Waited for, so that who reads slowly is told the newest states, and the server keeps none.
  const send = (type: string, data: unknown) =>
    new Promise<void>((resolve) => {
      socket.send(JSON.stringify({ type, data }), (error) => {
        // The socket tells of its end later than of what it no longer takes.
        if (error) gone.abort();
        resolve();
      });
    });
  try {
    if (!first.done) await send('data', first.value);
    for await (const state of states) await send('data', state);
    socket.close(1000, ended);
  } catch (error) {
    if (gone.signal.aborted) return;
    await send('error', errorBody(error));
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function errorBody(error: unknown) {
  return error instanceof ApiError ? error.body() : new ApiError('INTERNAL').body();
}
