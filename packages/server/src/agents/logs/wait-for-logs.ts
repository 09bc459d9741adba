import type { AgentLog } from '@coder/api';
import type { Db } from '../../database/index.ts';
import { type Changes, nextChange } from '../../jobs/index.ts';
import { type LogRange, readAgentLogs } from './log-store.ts';

/** Reads an agent's log; when there is nothing yet, waits for a line, at most `waitMs`. */
export async function waitForAgentLogs(
  { db, changes }: { db: Db; changes: Changes },
  agentId: string,
  { waitMs, ...range }: LogRange & { waitMs: number },
  signal: AbortSignal,
): Promise<AgentLog[]> {
  // Listening begins before reading, or a line stored in between would be waited for in vain.
  const stop = new AbortController();
  const over = AbortSignal.any([signal, stop.signal]);
  const news =
    waitMs > 0
      ? nextChange(changes, { channel: 'agent_log', id: agentId, timeoutMs: waitMs, signal: over })
      : undefined;
  try {
    const lines = await readAgentLogs(db, agentId, range);
    if (lines.length > 0 || !news) return lines;
    await news;
    return await readAgentLogs(db, agentId, range);
  } finally {
    stop.abort();
  }
}
