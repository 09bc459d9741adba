import { type Db, notify } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { enqueueNext } from './insert-build.ts';
import { CANCEL_CHANNEL } from './runner.ts';

/**
 * Cancels a job in the caller's transaction: one that waits is over at once, and has changed nothing of its workspace unless
 * a server that died had begun with it; one that runs is told to stop. Returns the
 * status it then has, or undefined when it was over already.
 */
export async function cancelJob(
  trx: Db,
  { clock, queue }: Pick<WorkspacesDeps, 'clock' | 'queue'>,
  job: { id: string; buildId: string; workspaceId: string },
): Promise<'canceled' | 'canceling' | undefined> {
  const now = clock.now();
  const ended = await trx
    .updateTable('provisioner_jobs')
    .set({ status: 'canceled', canceled_at: now, completed_at: now, updated_at: now })
    .where('id', '=', job.id)
    .where('status', '=', 'pending')
    .returning('started_at')
    .executeTakeFirst();
  if (ended) {
    if (ended.started_at === null) {
      await trx
        .updateTable('workspace_builds')
        .set({ withdrawn: true, updated_at: now })
        .where('id', '=', job.buildId)
        .where('build_number', '>', 1)
        .execute();
    }
    await queue.remove(`build:${job.buildId}`, trx);
    await notify(trx, 'workspace_changed', job.workspaceId);
    await notify(trx, 'job_log', job.id);
    await enqueueNext(queue, job.workspaceId, trx);
    return 'canceled';
  }
  const told = await trx
    .updateTable('provisioner_jobs')
    .set({ status: 'canceling', canceled_at: now, updated_at: now })
    .where('id', '=', job.id)
    .where('status', 'in', ['running', 'canceling'])
    .executeTakeFirst();
  if (told.numUpdatedRows === 0n) return undefined;
  await notify(trx, CANCEL_CHANNEL, job.id);
  await notify(trx, 'workspace_changed', job.workspaceId);
  return 'canceling';
}
