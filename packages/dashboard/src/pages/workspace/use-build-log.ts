import type { ProvisionerLog } from '@coder/api';
import { useEffect, useState } from 'react';
import { api, hasStatus } from '../../api.ts';

/** How long the server holds an answer that has no line yet. */
const WAIT_MS = 30_000;
/** How long to wait before asking again after a failed request. */
const PAUSE_MS = 2000;

type Log = { lines: readonly ProvisionerLog[]; error: unknown };

/** The log of a build: what there is, and while the build runs each line as it is written. */
export function useBuildLog(buildId: string, running: boolean): Log {
  const [log, setLog] = useState<Log & { buildId: string }>({ buildId, lines: [], error: undefined });
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const follow = async () => {
      let lines: ProvisionerLog[] = [];
      while (!signal.aborted) {
        try {
          const after = lines.at(-1)?.id ?? 0;
          const more = await api.builds.logs(
            { build: buildId, after, ...(running ? { wait_ms: WAIT_MS } : {}) },
            { signal },
          );
          if (signal.aborted) return;
          lines = [...lines, ...more];
          setLog({ buildId, lines, error: undefined });
          if (!running) return;
        } catch (error) {
          if (signal.aborted) return;
          setLog({ buildId, lines, error });
          if (!hasStatus(error, 0) && !hasStatus(error, 503)) return;
          await pause(signal);
        }
      }
    };
    void follow();
    return () => stop.abort();
  }, [buildId, running]);
  // Until the first answer for another build is here, the lines of the one before are not its own.
  return log.buildId === buildId ? log : { lines: [], error: undefined };
}

function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PAUSE_MS);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}
