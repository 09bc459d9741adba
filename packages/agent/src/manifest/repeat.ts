import { setTimeout as sleep } from 'node:timers/promises';

/** Does `work` at once and then again `intervalMs` after each end, until the signal aborts. */
export async function repeat(
  intervalMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await work();
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => {});
  }
}
