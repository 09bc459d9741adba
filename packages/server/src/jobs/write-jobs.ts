import type { ProvisionerJob } from '@coder/api';
import { type Db, notify, storableText } from '../database/index.ts';

export type NewJob = {
  readonly id: string;
  readonly type: ProvisionerJob['type'];
  readonly organizationId: string;
  readonly initiatorId: string;
  readonly fileId: string;
  /** What it is about; read by who runs it. */
  readonly input: object;
  readonly at: Date;
  /** What it came to, for what is done when it is written down. */
  readonly ended?: JobEnd;
};

/** The end of a job that was not canceled; with an error it has failed. */
export type JobEnd = { readonly error: string | undefined; readonly at: Date };

/** Writes a job, which waits unless it has ended already. Who runs it is to be told by the queue. */
export async function insertJob(db: Db, { id, type, input, at, ended, ...job }: NewJob): Promise<void> {
  await db
    .insertInto('provisioner_jobs')
    .values({
      id,
      type,
      organization_id: job.organizationId,
      initiator_id: job.initiatorId,
      file_id: job.fileId,
      input: JSON.stringify(input),
      created_at: at,
      updated_at: at,
      ...(ended ? { ...endOf(ended), started_at: at } : { status: 'pending' }),
    })
    .execute();
}

/** Begins a job that waits, or again one that was begun. Returns its file, or undefined when it is over or of another type. */
export async function beginJob(
  db: Db,
  id: string,
  type: ProvisionerJob['type'],
  now: Date,
): Promise<{ file_id: string } | undefined> {
  return db
    .updateTable('provisioner_jobs')
    .set((eb) => ({
      status: 'running',
      started_at: eb.fn.coalesce('started_at', eb.val(now)),
      updated_at: now,
    }))
    .where('id', '=', id)
    .where('type', '=', type)
    .where('status', 'in', ['pending', 'running'])
    .returning('file_id')
    .executeTakeFirst();
}

/** Ends a job that runs, and tells who follows its log. False when it runs no more. */
export async function finishJob(trx: Db, id: string, end: JobEnd): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('provisioner_jobs')
    .set({ ...endOf(end), updated_at: end.at })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await notify(trx, 'job_log', id);
  return true;
}

/** Ends at once a job that waits or runs, for what may be given up at any moment. False when it was over already. */
export async function cancelOpenJob(trx: Db, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('provisioner_jobs')
    .set({ status: 'canceled', canceled_at: now, completed_at: now, updated_at: now })
    .where('id', '=', id)
    .where('status', 'in', ['pending', 'running'])
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await notify(trx, 'job_log', id);
  return true;
}

/** Deletes the jobs of a type, with their logs, that were made before then. */
export async function forgetJobs(db: Db, type: ProvisionerJob['type'], before: Date): Promise<void> {
  await db.deleteFrom('provisioner_jobs').where('type', '=', type).where('created_at', '<', before).execute();
}

const endOf = ({ error, at }: JobEnd) => ({
  status: error === undefined ? 'succeeded' : 'failed',
  // A text that the database refused would leave the job running for ever.
  error: error === undefined ? null : storableText(error),
  completed_at: at,
});
