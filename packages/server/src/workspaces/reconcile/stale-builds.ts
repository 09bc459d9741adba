import { sql } from 'kysely';
import { inTransaction, notify } from '../../database/index.ts';
import { enqueueBuild, enqueueNext } from '../builds/insert-build.ts';
import { CANCEL_CHANNEL } from '../builds/runner.ts';
import type { WorkspacesDeps } from '../deps.ts';

type StaleDeps = Pick<WorkspacesDeps, 'db' | 'clock' | 'log' | 'queue' | 'settings'>;

/** A build that has waited this long goes into the queue again, in case its job was lost. */
const lostAfterMs = 5_000;
/** How much longer than its limit a build may run before it is called dead from outside. */
const overtimeMs = 60_000;

/** Builds that a dead replica ran are run again from the start, and no waiting build is without a job in the queue. */
export async function requeueBuilds({ db, clock, log, queue }: StaleDeps): Promise<void> {
  const now = clock.now();
  const { rows } = await sql<{ id: string; orphaned: boolean }>`
    with orphaned as (
      update provisioner_jobs j set
        status = case status when 'running' then 'pending' else status end, worker_id = null, updated_at = ${now}
      where type = 'workspace_build' and status in ('running', 'canceling') and worker_id is not null
        and not exists (select from replicas r where r.id = j.worker_id and r.stopped_at is null)
      returning id
    )
    select b.id, true as orphaned from orphaned join workspace_builds b on b.job_id = orphaned.id
    union all
    select b.id, false from provisioner_jobs j join workspace_builds b on b.job_id = j.id
    where j.type = 'workspace_build' and j.created_at < ${new Date(now.getTime() - lostAfterMs)}
      and (j.status = 'pending' or (j.status = 'canceling' and j.worker_id is null))`.execute(db);
  for (const { id, orphaned } of rows) {
    if (orphaned) log.warn({ build: id }, 'a build whose server died is run again');
    await enqueueBuild(queue, id, db);
  }
}

/** Ends what has waited or run for longer than it may. */
export async function expireBuilds({ db, clock, log, queue, settings }: StaleDeps): Promise<void> {
  const now = clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { rows } = await sql<{ id: string; jobId: string; workspaceId: string; status: string }>`
    select b.id, j.id as "jobId", b.workspace_id as "workspaceId", j.status
    from provisioner_jobs j join workspace_builds b on b.job_id = j.id
    where j.type = 'workspace_build' and (
      (j.status = 'pending' and j.updated_at < ${before(settings.pendingTimeoutMs)})
      or (j.status in ('running', 'canceling') and j.started_at < ${before(2 * settings.buildTimeoutMs + overtimeMs)}
        and j.updated_at < ${before(2 * settings.buildTimeoutMs + overtimeMs)})
    )`.execute(db);
  for (const { id, jobId, workspaceId, status } of rows) {
    const minutes = Math.round(settings.pendingTimeoutMs / 60_000);
    const error =
      status === 'pending'
        ? `No worker took the build within ${minutes} minutes. See that a server runs with --provisioner-daemons of at least 1, then try again.`
        : 'The build did not end in its time and was given up. What it left is put right by itself; try again.';
    log.error({ build: id, status }, 'a build is given up');
    await inTransaction(db, async (trx) => {
      const ended = await trx
        .updateTable('provisioner_jobs')
        .set({ status: 'failed', error, completed_at: now, updated_at: now })
        .where('id', '=', jobId)
        .where('status', '=', status)
        .executeTakeFirst();
      if (ended.numUpdatedRows === 0n) return;
      await notify(trx, CANCEL_CHANNEL, jobId);
      await notify(trx, 'workspace_changed', workspaceId);
      await notify(trx, 'job_log', jobId);
      await enqueueNext(queue, workspaceId, trx);
    });
  }
}
