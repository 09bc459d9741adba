import type { ProvisionerLog } from '@coder/api';
import type { Db } from '../database/index.ts';
import { type Changes, waitUntil } from './changes.ts';

export type JobLogInput = {
  before?: number | undefined;
  after?: number | undefined;
  limit?: number | undefined;
  wait_ms?: number | undefined;
};

const defaultLimit = 10_000;

/** Lines of a job's log, oldest first. With `before` alone they are the last ones before it. */
async function readLogs(
  db: Db,
  jobId: string,
  { before, after, limit = defaultLimit }: JobLogInput,
): Promise<ProvisionerLog[]> {
  const backwards = before !== undefined && after === undefined;
  let query = db
    .selectFrom('provisioner_job_logs')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('id', backwards ? 'desc' : 'asc')
    .limit(limit);
  if (before !== undefined) query = query.where('id', '<', before);
  if (after !== undefined) query = query.where('id', '>', after);
  const rows = await query.execute();
  if (backwards) rows.reverse();
  return rows.map((row) => ({
    id: row.id,
    created_at: row.created_at.toISOString(),
    log_source: row.source as ProvisionerLog['log_source'],
    log_level: row.level as ProvisionerLog['log_level'],
    stage: row.stage,
    output: row.output,
  }));
}

/** As {@link readLogs}; with `wait_ms` it answers when there is a line, when the job has ended, or when the time is over. */
export async function waitForLogs(
  { db, changes }: { db: Db; changes: Changes },
  jobId: string,
  input: JobLogInput,
  signal?: AbortSignal,
): Promise<ProvisionerLog[]> {
  const { wait_ms: waitMs = 0 } = input;
  if (waitMs === 0) return readLogs(db, jobId, input);
  const { value } = await waitUntil(
    changes,
    { channel: 'job_log', id: jobId, waitMs, ...(signal ? { signal } : {}) },
    async () => {
      // The status is read first: what the job wrote before it ended is then sure to be among the lines.
      const ended = await hasEnded(db, jobId);
      const lines = await readLogs(db, jobId, input);
      return { value: lines, final: lines.length > 0 || ended };
    },
  );
  return value;
}

/** Every line after `after`, as it comes, until the job has ended or the signal fires. */
export async function* followLogs(
  { db, changes }: { db: Db; changes: Changes },
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<ProvisionerLog> {
  let last = after;
  while (!signal.aborted) {
    const ended = await hasEnded(db, jobId);
    const lines = await waitForLogs(
      { db, changes },
      jobId,
      { after: last, wait_ms: ended ? 0 : 30_000 },
      signal,
    );
    for (const line of lines) {
      last = line.id;
      yield line;
    }
    if (ended && lines.length < defaultLimit) return;
  }
}

async function hasEnded(db: Db, jobId: string): Promise<boolean> {
  const job = await db
    .selectFrom('provisioner_jobs')
    .select('status')
    .where('id', '=', jobId)
    .executeTakeFirst();
  return job === undefined || !['pending', 'running', 'canceling'].includes(job.status);
}
