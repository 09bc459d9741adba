import { sql } from 'kysely';
import { type Db, inTransaction, notify, storableText } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import type { ClaimedBuild } from './claim.ts';
import { enqueueNext } from './insert-build.ts';

export type Outcome =
  | {
      readonly status: 'succeeded';
      readonly state: unknown;
      readonly also?: (trx: Db, now: Date) => Promise<void>;
    }
  | { readonly status: 'canceled' }
  | { readonly status: 'failed'; readonly error: string; readonly code?: string };

/**
 * Writes how a build ended, and lets the next one of the workspace begin. Returns false, and writes nothing, when a start
 * was asked to be canceled just before it would have succeeded: what it started must then be taken back first.
 */
export async function finishBuild(
  { db, clock, queue }: Pick<WorkspacesDeps, 'db' | 'clock' | 'queue'>,
  build: ClaimedBuild,
  outcome: Outcome,
): Promise<boolean> {
  const now = clock.now();
  return inTransaction(db, async (trx) => {
    const refuses = outcome.status === 'succeeded' && build.transition === 'start' ? ['canceling'] : [];
    const job = await trx
      .updateTable('provisioner_jobs')
      .set({
        status: outcome.status,
        error: outcome.status === 'failed' ? storableText(outcome.error) : null,
        error_code: outcome.status === 'failed' ? (outcome.code ?? null) : null,
        completed_at: now,
        updated_at: now,
      })
      .where('id', '=', build.jobId)
      .where(
        'status',
        'in',
        ['running', 'canceling'].filter((status) => !refuses.includes(status)),
      )
      .executeTakeFirst();
    if (job.numUpdatedRows === 0n) return false;
    if (outcome.status === 'succeeded') {
      const deadline =
        build.transition === 'start' && build.ttlMs > 0 ? new Date(now.getTime() + build.ttlMs) : null;
      await trx
        .updateTable('workspace_builds')
        .set({ provisioner_state: JSON.stringify(outcome.state ?? {}), deadline, updated_at: now })
        .where('id', '=', build.id)
        .execute();
      await outcome.also?.(trx, now);
    }
    await enqueueNext(queue, build.workspaceId, trx);
    await sql`select pg_notify('job_log', ${build.jobId}::text)`.execute(trx);
    await notify(trx, 'workspace_changed', build.workspaceId);
    return true;
  });
}
