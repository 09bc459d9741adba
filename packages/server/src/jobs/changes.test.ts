import { expect, it } from 'vitest';
import type { Notifications } from '../database/index.ts';
import { createChanges, waitUntil } from './changes.ts';

/** Nothing ever changes. */
const quiet: Pick<Notifications, 'listen'> = { listen: async () => () => undefined };

it.each([false, true])(
  'nobody waits for a change when the server stops (before the wait: %s)',
  async (before) => {
    const stop = new AbortController();
    const changes = createChanges(quiet as Notifications, stop.signal);
    if (before) stop.abort();
    let reads = 0;
    const waiting = waitUntil(changes, { channel: 'c', id: 'i', waitMs: 60_000 }, async () => {
      reads += 1;
      return { value: reads, final: false };
    });
    if (!before) {
      await expect.poll(() => reads).toBe(1);
      stop.abort();
    }
    expect(await waiting).toEqual({ value: before ? 1 : 2, expired: true });
  },
);
