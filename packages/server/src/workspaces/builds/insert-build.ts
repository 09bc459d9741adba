import { randomUUID } from 'node:crypto';
import type { BuildParameter, Transition } from '@coder/api';
import { sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Db, notify } from '../../database/index.ts';
import { insertJob, type Queue } from '../../jobs/index.ts';
import { type BuildSize, reserveQuota } from '../../quotas/index.ts';

/** The task of the queue that runs a build; its payload is {@link BuildTask}. */
export const BUILD_TASK = 'workspace_build';
export type BuildTask = { build_id: string };

export type NewBuild = {
  readonly workspaceId: string;
  readonly organizationId: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly number: number;
  readonly versionId: string;
  readonly fileId: string;
  readonly transition: Transition;
  readonly reason: string;
  readonly initiatorId: string;
  readonly values: readonly BuildParameter[];
  readonly presetId: string | null;
  readonly orphan: boolean;
  /** What it asks for, which quotas count. */
  readonly size: BuildSize;
  /** What the build before it left behind. */
  readonly state: unknown;
};

/**
 * Writes a build with its job and puts it into the queue, all in the caller's transaction. Throws INSUFFICIENT_QUOTA for a start
 * that its owner's quota does not allow; a stop and a delete are always allowed.
 *
 * @returns the build's id
 */
export async function insertBuild(
  trx: Db,
  { clock, queue }: { clock: Clock; queue: Queue },
  build: NewBuild,
): Promise<string> {
  const [id, jobId] = [randomUUID(), randomUUID()];
  const now = clock.now();
  if (build.transition === 'start') await reserveQuota(trx, { ...build, isNew: build.number === 1 });
  await insertJob(trx, {
    ...build,
    id: jobId,
    type: 'workspace_build',
    input: { workspace_build_id: id },
    at: now,
  });
  await trx
    .insertInto('workspace_builds')
    .values({
      id,
      workspace_id: build.workspaceId,
      build_number: build.number,
      template_version_id: build.versionId,
      transition: build.transition,
      reason: build.reason,
      initiator_id: build.initiatorId,
      job_id: jobId,
      provisioner_state: JSON.stringify(build.state ?? {}),
      parameters: JSON.stringify(build.values),
      preset_id: build.presetId,
      orphan: build.orphan,
      daily_cost: build.size.dailyCost,
      cpu_cores: build.size.cpuCores,
      memory_bytes: build.size.memoryBytes,
      disk_bytes: build.size.diskBytes,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await enqueueBuild(queue, id, trx);
  await notify(trx, 'workspace_changed', build.workspaceId);
  return id;
}

/** Puts a pending build into the queue. Doing so twice leaves one job; a job that finds nothing to do does nothing. */
export function enqueueBuild(queue: Queue, buildId: string, db: Db): Promise<void> {
  const payload: BuildTask = { build_id: buildId };
  return queue.enqueue(BUILD_TASK, payload, { jobKey: `build:${buildId}`, db });
}

/** The next build of a workspace that waits for this one to be over, if there is one, goes into the queue. */
export async function enqueueNext(queue: Queue, workspaceId: string, db: Db): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select b.id from workspace_builds b join provisioner_jobs j on j.id = b.job_id
    where b.workspace_id = ${workspaceId} and j.status = 'pending'
    order by b.build_number limit 1`.execute(db);
  const next = rows[0];
  if (next) await enqueueBuild(queue, next.id, db);
}
