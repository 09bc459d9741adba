import type { AgentMetadata } from '@coder/api';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import { type Changes, nextChange } from '../../jobs/index.ts';
import { storedSpec } from '../spec.ts';

type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly changes: Changes;
};

/** However seldom the scripts report, a lost notification shows after this long. */
const lookAgainMs = 30_000;

/**
 * What an agent's metadata scripts report: as it is now, then whenever it changes, until the signal fires or the agent can report
 * no more because its workspace has been stopped or built anew.
 */
export async function* watchMetadata(
  { db, clock, changes }: Deps,
  { agentId, workspaceId }: { agentId: string; workspaceId: string },
  signal: AbortSignal,
): AsyncGenerator<AgentMetadata[]> {
  let last = '';
  while (!signal.aborted) {
    const woken = new AbortController();
    const waiting = { timeoutMs: lookAgainMs, signal: AbortSignal.any([signal, woken.signal]) };
    // Begun before the reading, so that nothing falls between.
    const changed = Promise.race([
      nextChange(changes, { ...waiting, channel: 'agent_metadata', id: agentId }),
      nextChange(changes, { ...waiting, channel: 'workspace_changed', id: workspaceId }),
    ]);
    try {
      const { now, retired } = await readMetadata(db, agentId, clock.now());
      const text = JSON.stringify(now.map(({ result: { age: _, ...result } }) => result));
      if (text !== last) {
        last = text;
        yield now;
      }
      if (retired) return;
      await changed;
    } finally {
      woken.abort();
    }
  }
}

async function readMetadata(
  db: Db,
  agentId: string,
  time: Date,
): Promise<{ now: AgentMetadata[]; retired: boolean }> {
  const [agent, rows] = await Promise.all([
    db
      .selectFrom('workspace_agents')
      .select(['spec', 'token_hash'])
      .where('id', '=', agentId)
      .executeTakeFirst(),
    db.selectFrom('workspace_agent_metadata').selectAll().where('agent_id', '=', agentId).execute(),
  ]);
  const reported = new Map(rows.map((row) => [row.key, row]));
  const now = (agent ? storedSpec(agent.spec).metadata : []).map(
    ({ key, display_name, script, interval_seconds, timeout_seconds }) => {
      const row = reported.get(key);
      const at = row?.collected_at;
      return {
        result: {
          // Upstream's word for never.
          collected_at: at ? at.toISOString() : '0001-01-01T00:00:00Z',
          age: at ? Math.max(0, Math.round((time.getTime() - at.getTime()) / 1000)) : 0,
          value: row?.value ?? '',
          error: row?.error ?? '',
        },
        description: { key, display_name, script, interval: interval_seconds, timeout: timeout_seconds },
      };
    },
  );
  return { now, retired: !agent?.token_hash };
}
