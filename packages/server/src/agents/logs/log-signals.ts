import type { Notifications } from '../../database/index.ts';

export interface LogSignals {
  /** Resolves when the key is spoken of, when something may have been missed, after `timeoutMs`, or when the signal aborts. */
  next(key: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Calls back whenever the key is spoken of, until the returned function is called. */
  subscribe(key: string, callback: () => void): () => void;
  close(): void;
}

/** One LISTEN on a channel for all who wait for one of its payloads. */
export async function createSignals(notifications: Notifications, channel: string): Promise<LogSignals> {
  const waiting = new Map<string, Set<() => void>>();
  const stop = await notifications.listen(channel, {
    notify: (payload) => {
      for (const callback of waiting.get(payload) ?? []) callback();
    },
    missed: () => {
      for (const callbacks of waiting.values()) for (const callback of callbacks) callback();
    },
  });

  function subscribe(key: string, callback: () => void): () => void {
    const callbacks = waiting.get(key) ?? new Set();
    waiting.set(key, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && waiting.get(key) === callbacks) waiting.delete(key);
    };
  }

  return {
    subscribe,
    next(key, timeoutMs, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      const done = () => resolve();
      signal.addEventListener('abort', done, { once: true });
      const unsubscribe = subscribe(key, done);
      if (signal.aborted) done();
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        unsubscribe();
      });
    },
    close: stop,
  };
}
