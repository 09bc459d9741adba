import type { DeploymentStats } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';

type Counts = Record<'pending' | 'building' | 'running' | 'failed' | 'stopped', number>;

/** How old an answer may be: everybody who has the dashboard open asks again and again. */
const freshMs = 10_000;

/** Counts the workspaces of the deployment by what their latest build came to. */
export function createDeploymentStats({ db, clock }: { db: Db; clock: Clock }) {
  let known: { at: number; stats: Promise<DeploymentStats> } | undefined;

  async function count(now: Date): Promise<DeploymentStats> {
    const { rows } = await sql<Counts>`
      select count(*) filter (where j.status = 'pending') as pending,
        count(*) filter (where j.status in ('running', 'canceling')) as building,
        count(*) filter (where j.status = 'succeeded' and b.transition = 'start') as running,
        count(*) filter (where j.status in ('failed', 'canceled')) as failed,
        count(*) filter (where j.status = 'succeeded' and b.transition = 'stop') as stopped
      from workspaces w
      join lateral (
        select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
      ) b on true
      join provisioner_jobs j on j.id = b.job_id
      where not w.deleted`.execute(db);
    const counts = rows[0] ?? { pending: 0, building: 0, running: 0, failed: 0, stopped: 0 };
    return {
      aggregated_from: now.toISOString(),
      collected_at: now.toISOString(),
      next_update_at: new Date(now.getTime() + freshMs).toISOString(),
      workspaces: { ...counts, connection_latency_ms: null, rx_bytes: null, tx_bytes: null },
      session_count: null,
    };
  }

  return (actor: Actor): Promise<DeploymentStats> => {
    authorize(actor, 'read', { type: 'deployment_stats' });
    const now = clock.now();
    if (!known || now.getTime() - known.at >= freshMs) {
      const stats = count(now);
      known = { at: now.getTime(), stats };
      stats.catch(() => {
        known = undefined;
      });
    }
    return known.stats;
  };
}
