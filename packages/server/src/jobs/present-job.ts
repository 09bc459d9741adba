import type { ProvisionerJob } from '@coder/api';
import { sql } from 'kysely';

/** What is selected of a job by {@link jobColumns}, and who began it where. */
export type JobRow = {
  job_id: string;
  job_type: ProvisionerJob['type'];
  job_status: ProvisionerJob['status'];
  job_created_at: Date;
  job_started_at: Date | null;
  job_completed_at: Date | null;
  job_canceled_at: Date | null;
  job_error: string | null;
  job_error_code: string | null;
  file_id: string;
  worker_id: string | null;
  worker_name: string | null;
  logs_overflowed: boolean;
  organization_id: string;
  initiator_id: string;
};

/** The columns of a job `j`, with its replica `r`. */
export const jobColumns = sql`
  j.id as job_id, j.type as job_type, j.status as job_status, j.created_at as job_created_at,
  j.started_at as job_started_at, j.completed_at as job_completed_at, j.canceled_at as job_canceled_at,
  j.error as job_error, j.error_code as job_error_code, j.file_id, j.worker_id, r.hostname as worker_name,
  j.logs_overflowed`;

/** Joins the replica that runs a job `j`, if one does. */
export const jobWorker = sql`left join replicas r on r.id = j.worker_id`;

/** A job in upstream's shape. `queued` is its place among the waiting jobs, from 1; undefined when it does not wait. */
export function presentJob(
  row: JobRow,
  input: ProvisionerJob['input'],
  queued?: { position: number; size: number },
): ProvisionerJob {
  return {
    id: row.job_id,
    created_at: row.job_created_at.toISOString(),
    ...(row.job_started_at ? { started_at: row.job_started_at.toISOString() } : {}),
    ...(row.job_completed_at ? { completed_at: row.job_completed_at.toISOString() } : {}),
    ...(row.job_canceled_at ? { canceled_at: row.job_canceled_at.toISOString() } : {}),
    ...(row.job_error === null ? {} : { error: row.job_error }),
    ...(row.job_error_code === null ? {} : { error_code: row.job_error_code }),
    status: row.job_status,
    ...(row.worker_id === null ? {} : { worker_id: row.worker_id }),
    ...(row.worker_name === null ? {} : { worker_name: row.worker_name }),
    file_id: row.file_id,
    tags: {},
    queue_position: queued?.position ?? 0,
    queue_size: queued?.size ?? 0,
    organization_id: row.organization_id,
    initiator_id: row.initiator_id,
    input,
    type: row.job_type,
    logs_overflowed: row.logs_overflowed,
  };
}
