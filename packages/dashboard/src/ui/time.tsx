import { useSyncExternalStore } from 'react';
import { formatAgo } from '../lib/format.ts';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on a page, so that they change together. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** How long ago something was; the exact time shows when pointed at. */
export function Ago({ time }: { time: string }) {
  const current = useSyncExternalStore(subscribe, () => now);
  return (
    // What has just happened lies ahead of a clock that ticks every ten seconds.
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {formatAgo(time, Math.max(current, Math.min(Date.parse(time), Date.now())))}
    </time>
  );
}
