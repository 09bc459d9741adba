import type { AgentLog } from '@coder/api';
import type { Db } from '../../database/index.ts';

export interface LogRange {
  /** Lines with a greater id. */
  after?: number | undefined;
  /** Lines with a smaller id. */
  before?: number | undefined;
  limit?: number | undefined;
}

/** One answer's lines at most; the log itself ends at 1 MiB. */
const MAX_LINES = 10_000;

/** Lines of an agent's log, oldest first. With `before` alone, those just before it. */
export async function readAgentLogs(db: Db, agentId: string, range: LogRange): Promise<AgentLog[]> {
  const { after, before, limit = MAX_LINES } = range;
  const backwards = before !== undefined && after === undefined;
  let query = db
    .selectFrom('workspace_agent_logs')
    .select(['id', 'created_at', 'output', 'level', 'source_id'])
    .where('agent_id', '=', agentId)
    .orderBy('id', backwards ? 'desc' : 'asc')
    .limit(limit);
  if (after !== undefined) query = query.where('id', '>', after);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = await query.execute();
  if (backwards) rows.reverse();
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.toISOString(),
    level: row.level as AgentLog['level'],
  }));
}
