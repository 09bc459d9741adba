/** Gathers items and writes many at once. */
export type Batcher<T> = {
  /** Resolves when the item's batch is written; rejects when it cannot be, or when too many are waiting. */
  add(item: T): Promise<void>;
  /** Writes what is waiting now, and resolves when nothing is under way any more. */
  flush(): Promise<void>;
};

export type BatcherOptions<T> = {
  write(items: readonly T[]): Promise<void>;
  /** How long to wait for company, in milliseconds; 0 writes at once, and gathers only while a write is under way. */
  delayMs: number;
  maxBatch?: number;
  /** Beyond so many that wait, an item is refused. */
  maxWaiting?: number;
  /** Whether a refused batch may hold items that are all right: they are then written one by one. */
  separable?: (error: unknown) => boolean;
};

type Waiting<T> = { item: T; resolve: () => void; reject: (error: unknown) => void };

/** One write is under way at a time, so batches grow by themselves when the database is slow. */
export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  const { write, delayMs, maxBatch = 500, maxWaiting = 20_000, separable } = options;
  const waiting: Waiting<T>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let active = false;
  let running: Promise<void> = Promise.resolve();

  async function oneByOne(batch: readonly Waiting<T>[]): Promise<void> {
    for (const { item, resolve, reject } of batch) await write([item]).then(resolve, reject);
  }

  async function drain(): Promise<void> {
    // What is added in the same breath goes into the same write.
    await undefined;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch);
      try {
        await write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (batch.length > 1 && separable?.(error)) await oneByOne(batch);
        else for (const { reject } of batch) reject(error);
      }
    }
    // At once with the last look at what waits, so that nothing comes between the two and is left lying.
    active = false;
  }

  function start(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (!active) {
      active = true;
      running = drain();
    }
    return running;
  }

  return {
    add(item) {
      if (waiting.length >= maxWaiting) return Promise.reject(new Error('too many audit rows are waiting'));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ item, resolve, reject });
      if (!active) {
        if (delayMs === 0) void start();
        else timer ??= setTimeout(() => void start(), delayMs).unref();
      }
      return promise;
    },
    async flush() {
      while (waiting.length > 0 || active) await start();
    },
  };
}
