import { setImmediate as turn } from 'node:timers/promises';

/**
 * Groups what a stream yields: a batch holds all that has come since the one before was taken, up to `max`. So a lone item is passed
 * on at once, and under load the batches grow by themselves. The source waits while `max` items are waiting.
 */
export async function* batches<T>(source: AsyncIterable<T>, max: number): AsyncGenerator<T[]> {
  let pending: T[] = [];
  let over = false;
  let failure: unknown;
  let news = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  let stopped = false;

  async function fill(): Promise<void> {
    try {
      for await (const item of source) {
        if (stopped) return;
        pending.push(item);
        news.resolve();
        if (pending.length >= max) await room.promise;
        if (stopped) return;
      }
    } catch (error) {
      failure = error;
    } finally {
      over = true;
      news.resolve();
    }
  }

  const filling = fill();
  try {
    for (;;) {
      await news.promise;
      // What came in the same packet belongs to the same batch.
      await turn();
      const batch = pending;
      pending = [];
      news = Promise.withResolvers();
      room.resolve();
      room = Promise.withResolvers();
      if (batch.length > 0) yield batch;
      else if (over) break;
      if (over) news.resolve();
    }
    if (failure !== undefined) throw failure;
  } finally {
    stopped = true;
    room.resolve();
    void filling;
  }
}
