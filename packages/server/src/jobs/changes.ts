import type { Notifications } from '../database/index.ts';

export type Changes = {
  /** Aborted when the server stops: nobody waits for a change any longer. */
  readonly stopping: AbortSignal;
  /**
   * Calls `changed` whenever the channel carries this id, or when it may have been missed, until the returned function is
   * called. Subscribe first and read then, so that nothing falls between.
   */
  subscribe(channel: string, id: string, changed: () => void): Promise<() => void>;
  /** Hears every id of a channel; `missed` means that some may have been lost. */
  listen(channel: string, changed: (id: string) => void, missed: () => void): Promise<() => void>;
};

/** The database's notifications by id, so that a thousand waiting requests cost one listener a channel. */
export function createChanges(
  notifications: Notifications,
  stopping = new AbortController().signal,
): Changes {
  const channels = new Map<string, { listening: Promise<unknown>; byId: Map<string, Set<() => void>> }>();

  function channelOf(channel: string) {
    const known = channels.get(channel);
    if (known) return known;
    const byId = new Map<string, Set<() => void>>();
    const missed = () => {
      for (const set of [...byId.values()]) for (const changed of [...set]) changed();
    };
    const listening = notifications.listen(channel, {
      notify: (id) => {
        for (const changed of [...(byId.get(id) ?? [])]) changed();
      },
      missed,
    });
    // Who did not wait for it may have missed what came before. The next subscriber tries again when the database could not be reached.
    listening.then(missed, () => channels.delete(channel));
    const made = { listening, byId };
    channels.set(channel, made);
    return made;
  }

  return {
    stopping,
    async subscribe(channel, id, changed) {
      const { listening, byId } = channelOf(channel);
      const set = byId.get(id) ?? new Set();
      byId.set(id, set);
      set.add(changed);
      const unsubscribe = () => {
        set.delete(changed);
        if (set.size === 0 && byId.get(id) === set) byId.delete(id);
      };
      try {
        await listening;
      } catch (error) {
        unsubscribe();
        throw error;
      }
      return unsubscribe;
    },
    listen: (channel, changed, missed) => notifications.listen(channel, { notify: changed, missed }),
  };
}

/**
 * Resolves when the channel carries this id, or when that may have been missed, after `timeoutMs`, or when the signal aborts. It
 * counts from the call on: call first and read then.
 */
export function nextChange(
  changes: Changes,
  { channel, id, timeoutMs, signal }: { channel: string; id: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  const timer = setTimeout(done, timeoutMs);
  signal.addEventListener('abort', done, { once: true });
  if (signal.aborted) done();
  const unsubscribe = changes.subscribe(channel, id, done);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', done);
    // Without notifications the time alone decides when to look again.
    void unsubscribe.then(
      (stop) => stop(),
      () => undefined,
    );
  });
}

/**
 * Reads until what is read is final or the time is over, which it also is when the caller has gone or the server stops, waking only
 * when a change is announced or when the reader says that time alone will change its answer.
 */
export async function waitUntil<T>(
  changes: Changes,
  {
    channel,
    id,
    waitMs,
    signal: gone,
  }: { channel: string; id: string; waitMs: number; signal?: AbortSignal },
  read: () => Promise<{ value: T; final: boolean; wakeInMs?: number | undefined }>,
): Promise<{ value: T; expired: boolean }> {
  const over = gone ? AbortSignal.any([gone, changes.stopping]) : changes.stopping;
  let wake = () => {};
  let changed = false;
  const unsubscribe = await changes.subscribe(channel, id, () => {
    changed = true;
    wake();
  });
  const until = performance.now() + waitMs;
  try {
    for (;;) {
      changed = false;
      const { value, final, wakeInMs } = await read();
      const leftMs = until - performance.now();
      if (final) return { value, expired: false };
      if (leftMs <= 0 || over.aborted) return { value, expired: true };
      if (changed) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, Math.ceil(Math.min(leftMs, wakeInMs ?? leftMs)));
      const end = () => resolve();
      over.addEventListener('abort', end, { once: true });
      await promise;
      clearTimeout(timer);
      over.removeEventListener('abort', end);
    }
  } finally {
    unsubscribe();
  }
}
