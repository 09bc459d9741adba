import type { AgentMetadata } from '@coder/api';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import type { LogSignals } from '../logs/log-signals.ts';
import { storedSpec } from '../spec.ts';

type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  /** Of `agent_metadata`, by agent id. */
  readonly signals: LogSignals;
};

/** However seldom the scripts report, a lost notification shows after this long. */
const lookAgainMs = 30_000;

/** What an agent's metadata scripts report: as it is now, then whenever it changes, until the signal fires. */
export async function* watchMetadata(
  { db, clock, signals }: Deps,
  agentId: string,
  signal: AbortSignal,
): AsyncGenerator<AgentMetadata[]> {
  let last = '';
  while (!signal.aborted) {
    // Begun before the reading, so that nothing falls between.
    const reported = signals.next(agentId, lookAgainMs, signal);
    const now = await readMetadata(db, agentId, clock.now());
    const text = JSON.stringify(now.map(({ result: { age: _, ...result } }) => result));
    if (text !== last) {
      last = text;
      yield now;
    }
    await reported;
  }
}

async function readMetadata(db: Db, agentId: string, now: Date): Promise<AgentMetadata[]> {
  const [agent, rows] = await Promise.all([
    db.selectFrom('workspace_agents').select('spec').where('id', '=', agentId).executeTakeFirst(),
    db.selectFrom('workspace_agent_metadata').selectAll().where('agent_id', '=', agentId).execute(),
  ]);
  const reported = new Map(rows.map((row) => [row.key, row]));
  return (agent ? storedSpec(agent.spec).metadata : []).map(
    ({ key, display_name, script, interval_seconds, timeout_seconds }) => {
      const row = reported.get(key);
      const at = row?.collected_at;
      return {
        result: {
          // Upstream's word for never.
          collected_at: at ? at.toISOString() : '0001-01-01T00:00:00Z',
          age: at ? Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000)) : 0,
          value: row?.value ?? '',
          error: row?.error ?? '',
        },
        description: { key, display_name, script, interval: interval_seconds, timeout: timeout_seconds },
      };
    },
  );
}
