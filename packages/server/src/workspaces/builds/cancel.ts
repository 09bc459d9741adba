import { type Db, notify } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { enqueueNext } from './insert-build.ts';
import { CANCEL_CHANNEL } from './runner.ts';

/**
 * Cancels a job in the caller's transaction: one that waits is over at once, one that runs is told to stop. Returns the
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
    .executeTakeFirst();
  if (ended.numUpdatedRows > 0n) {
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
