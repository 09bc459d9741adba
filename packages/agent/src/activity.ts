import type { EventLog } from './events/event-log.ts';

export interface ActivitySources {
  runningProcesses: () => number;
  terminals: () => number;
  connections: () => number;
}

/** Says at once when the workspace comes into use, and again every interval while it stays so. Nothing is said while it is idle. */
export function createActivity(options: {
  events: EventLog;
  sources: ActivitySources;
  intervalMs: number;
  signal: AbortSignal;
}): { touch(): void } {
  const { events, sources } = options;
  let lastSaid = Number.NEGATIVE_INFINITY;
  const say = (always: boolean) => {
    const running = sources.runningProcesses();
    const terminals = sources.terminals();
    const connections = sources.connections();
    if (!always && running + terminals + connections === 0) return;
    lastSaid = performance.now();
    events.add({ type: 'activity', running_processes: running, terminals, connections });
  };
  const timer = setInterval(() => say(false), options.intervalMs);
  timer.unref();
  options.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    /** Something was just done; quick commands too keep a workspace in use. */
    touch() {
      if (performance.now() - lastSaid >= options.intervalMs) say(true);
    },
  };
}
