import type { AgentLog } from '@coder/api';
import type { Db } from '../../database/index.ts';
import { type Changes, waitUntil } from '../../jobs/index.ts';
import { type LogRange, readAgentLogs } from './log-store.ts';

/** Reads an agent's log; when there is nothing yet, waits for a line, at most `waitMs`. */
export async function waitForAgentLogs(
  { db, changes }: { db: Db; changes: Changes },
  agentId: string,
  { waitMs, ...range }: LogRange & { waitMs: number },
  signal: AbortSignal,
): Promise<AgentLog[]> {
  if (waitMs === 0) return readAgentLogs(db, agentId, range);
  const waiting = { channel: 'agent_log', id: agentId, waitMs, signal };
  const { value } = await waitUntil(changes, waiting, async () => {
    const lines = await readAgentLogs(db, agentId, range);
    return { value: lines, final: lines.length > 0 };
  });
  return value;
}
