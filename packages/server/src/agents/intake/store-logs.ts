import { isUuid } from '@coder/api';
import type { AgentEvent } from '@coder/api/agent';
import type { Transaction } from 'kysely';
import { storableText, type Tables } from '../../database/index.ts';
import { stableId } from '../stable-id.ts';

type LogEvent = Extract<AgentEvent, { type: 'log' }>;

/** As upstream: an agent's log holds 1 MiB in all; what comes after is dropped and the agent marked. */
export const MAX_LOG_BYTES = 1024 * 1024;

export interface StoredLogs {
  stored: number;
  columns: { logs_length?: number; logs_overflowed?: boolean };
  overflowedNow: boolean;
}

/** Inserts log lines as long as the agent's log has room. */
export async function storeLogs(
  trx: Transaction<Tables>,
  agentId: string,
  { logs_length, logs_overflowed }: { logs_length: number; logs_overflowed: boolean },
  events: readonly LogEvent[],
): Promise<StoredLogs> {
  if (events.length === 0 || logs_overflowed) return { stored: 0, columns: {}, overflowedNow: false };
  const rows: (LogEvent & { output: string })[] = [];
  let length = logs_length;
  let overflowed = false;
  for (const event of events) {
    const output = storableText(event.output);
    const bytes = Buffer.byteLength(output);
    overflowed = length + bytes > MAX_LOG_BYTES;
    if (overflowed) break;
    length += bytes;
    rows.push({ ...event, output });
  }
  if (rows.length > 0) {
    await trx
      .insertInto('workspace_agent_logs')
      .values(
        rows.map(({ source_id, level, output, at }) => ({
          agent_id: agentId,
          source_id: isUuid(source_id) ? source_id : stableId(agentId, 'log', source_id),
          level,
          output,
          created_at: new Date(at),
        })),
      )
      .execute();
  }
  return {
    stored: rows.length,
    columns: { logs_length: length, ...(overflowed ? { logs_overflowed: true } : {}) },
    overflowedNow: overflowed,
  };
}
