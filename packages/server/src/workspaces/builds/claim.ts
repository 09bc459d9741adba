import type { BuildParameter, TemplateManifest, Transition } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';

/** A build with everything its run needs. */
export type ClaimedBuild = {
  readonly id: string;
  readonly jobId: string;
  readonly jobStatus: string;
  readonly number: number;
  readonly transition: Transition;
  readonly reason: string;
  readonly orphan: boolean;
  readonly state: unknown;
  readonly values: readonly BuildParameter[];
  readonly manifest: TemplateManifest;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly ownerName: string;
  readonly ttlMs: number;
  /** It has been begun before, by a server that died or could not write down how it ended. */
  readonly again: boolean;
};

const columns = sql`
  b.id, j.id as "jobId", j.status as "jobStatus", b.build_number as number, b.transition, b.reason, b.orphan,
  b.provisioner_state as state, b.parameters as values, v.manifest, w.id as "workspaceId", w.name as "workspaceName",
  u.username as "ownerName",
  case when t.allow_user_autostop then coalesce(w.ttl_ms, 0) else t.default_ttl_ms end as "ttlMs",
  coalesce((j.input ->> 'attempts')::int, 0) > 1 as again`;
const joined = sql`workspace_builds b
  join workspaces w on w.id = b.workspace_id
  join users u on u.id = w.owner_id
  join templates t on t.id = w.template_id
  join template_versions v on v.id = b.template_version_id`;
const isFirstInLine = sql`not exists (
  select from workspace_builds e join provisioner_jobs ej on ej.id = e.job_id
  where e.workspace_id = b.workspace_id and e.build_number < b.build_number
    and ej.status in ('pending', 'running', 'canceling'))`;

/**
 * Takes a build for this server: pending becomes running. A build that was being canceled when its server died is taken
 * too, still canceling, and so is one that this server had taken: nobody else runs it, so its end could not be written.
 * Undefined when it is over, somebody else's, or an earlier build of the workspace is not over.
 */
export async function claimBuild(
  { db, clock, replica }: Pick<WorkspacesDeps, 'db' | 'clock' | 'replica'>,
  buildId: string,
): Promise<ClaimedBuild | undefined> {
  const now = clock.now();
  const { rows } = await sql<ClaimedBuild>`
    update provisioner_jobs j set
      status = case j.status when 'pending' then 'running' else j.status end,
      worker_id = ${replica.id}, started_at = coalesce(j.started_at, ${now}), updated_at = ${now},
      input = j.input || jsonb_build_object('attempts', coalesce((j.input ->> 'attempts')::int, 0) + 1)
    from ${joined}
    where b.id = ${buildId} and j.id = b.job_id and ${isFirstInLine}
      and (j.status = 'pending' or (j.status = 'canceling' and j.worker_id is null)
        or (j.status in ('running', 'canceling') and j.worker_id = ${replica.id}))
    returning ${columns}, pg_notify('workspace_changed', w.id::text)`.execute(db);
  return rows[0];
}

/** A build as it stands, without taking it. */
export async function readBuild(db: Db, buildId: string): Promise<ClaimedBuild | undefined> {
  const { rows } = await sql<ClaimedBuild>`
    select ${columns} from ${joined} join provisioner_jobs j on j.id = b.job_id where b.id = ${buildId}`.execute(
    db,
  );
  return rows[0];
}
