import type { Notifications } from '../database/index.ts';
import { DECIDED_CHANNEL } from './store.ts';

export type Decisions = {
  /** Resolves when a request is decided, when that may have been missed, after so many milliseconds, or at the signal. */
  next(id: string, milliseconds: number, signal: AbortSignal): Promise<void>;
  close(): void;
};

/** One LISTEN for all calls that are held while a person decides. */
export async function createDecisions(notifications: Notifications): Promise<Decisions> {
  const waiting = new Map<string, Set<() => void>>();
  const stop = await notifications.listen(DECIDED_CHANNEL, {
    notify: (id) => {
      for (const wake of waiting.get(id) ?? []) wake();
    },
    missed: () => {
      for (const wakes of waiting.values()) for (const wake of wakes) wake();
    },
  });
  return {
    next(id, milliseconds, signal) {
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      const wakes = waiting.get(id) ?? new Set();
      waiting.set(id, wakes.add(wake));
      const timer = setTimeout(wake, milliseconds);
      const gone = () => wake();
      signal.addEventListener('abort', gone, { once: true });
      if (signal.aborted) wake();
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        wakes.delete(wake);
        if (wakes.size === 0 && waiting.get(id) === wakes) waiting.delete(id);
      });
    },
    close: stop,
  };
}
