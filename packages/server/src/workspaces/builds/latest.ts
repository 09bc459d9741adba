import type { BuildParameter, Transition } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';

/** A workspace with its template and latest build: what decides whether and how it may be built. */
export type Latest = {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly organizationId: string;
  readonly automaticUpdates: string;
  readonly autostartSchedule: string | null;
  readonly dormantAt: Date | null;
  readonly templateId: string;
  readonly templateName: string;
  readonly activeVersionId: string;
  readonly requireActiveVersion: boolean;
  readonly allowUserCancel: boolean;
  readonly allowUserAutostart: boolean;
  readonly allowUserAutostop: boolean;
  readonly buildId: string;
  /** The highest of all its builds, also of those that were withdrawn. */
  readonly lastNumber: number;
  readonly transition: Transition;
  readonly orphan: boolean;
  readonly versionId: string;
  readonly values: readonly BuildParameter[];
  readonly state: unknown;
  readonly deadline: Date | null;
  readonly maxDeadline: Date | null;
  readonly jobId: string;
  readonly jobStatus: string;
};

/** Reads it; with `lock` no other build of the workspace can be made until the transaction ends. */
export async function loadLatest(db: Db, workspaceId: string, lock = false): Promise<Latest | undefined> {
  // A statement that waits for the lock goes on with what it saw before of every other row, so the lock comes first.
  if (lock) await sql`select from workspaces where id = ${workspaceId} for update`.execute(db);
  const { rows } = await sql<Latest>`
    select w.id, w.name, w.deleted, w.owner_id as "ownerId", u.username as "ownerName",
      w.organization_id as "organizationId", w.automatic_updates as "automaticUpdates",
      w.autostart_schedule as "autostartSchedule", w.dormant_at as "dormantAt",
      t.id as "templateId", t.name as "templateName", t.active_version_id as "activeVersionId",
      t.require_active_version as "requireActiveVersion",
      t.allow_user_cancel_workspace_jobs as "allowUserCancel",
      t.allow_user_autostart as "allowUserAutostart", t.allow_user_autostop as "allowUserAutostop",
      b.id as "buildId",
      (select max(build_number) from workspace_builds where workspace_id = w.id) as "lastNumber", b.transition, b.orphan,
      b.template_version_id as "versionId", b.parameters as values, b.provisioner_state as state,
      b.deadline, b.max_deadline as "maxDeadline", j.id as "jobId", j.status as "jobStatus"
    from workspaces w
    join users u on u.id = w.owner_id
    join templates t on t.id = w.template_id
    join lateral (
      select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
    ) b on true
    join provisioner_jobs j on j.id = b.job_id
    where w.id = ${workspaceId}`.execute(db);
  return rows[0];
}
