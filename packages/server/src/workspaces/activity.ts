import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

/** Activity of one workspace within this time of the last is not written again. */
const quietMs = 30_000;

export type BumpActivity = (workspaceId: string, at: Date) => Promise<void>;

/**
 * Notes that a workspace is in use: it counts against dormancy, and puts the deadline of its running build off by what the
 * template says, never past its latest deadline. Cheap to call for every sign of life.
 */
export function createBumpActivity(db: Db): BumpActivity {
  const last = new Map<string, number>();
  return async (workspaceId, at) => {
    const previous = last.get(workspaceId);
    if (previous !== undefined && Math.abs(at.getTime() - previous) < quietMs) return;
    if (last.size > 10_000) last.clear();
    last.set(workspaceId, at.getTime());
    const { rows } = await sql<{ moved: boolean }>`
      with used as (
        update workspaces set last_used_at = greatest(last_used_at, ${at}) where id = ${workspaceId} and not deleted
        returning id, template_id
      ), bumped as (
        update workspace_builds b set
          deadline = least(${at}::timestamptz + t.activity_bump_ms * interval '1 millisecond', b.max_deadline),
          updated_at = ${at}
        from used w join templates t on t.id = w.template_id
        where b.workspace_id = w.id and b.transition = 'start'
          and b.build_number = (select max(build_number) from workspace_builds where workspace_id = w.id)
          and b.deadline < least(${at}::timestamptz + t.activity_bump_ms * interval '1 millisecond', b.max_deadline)
          and exists (select from provisioner_jobs j where j.id = b.job_id and j.status = 'succeeded')
        returning b.workspace_id
      )
      select pg_notify('workspace_changed', workspace_id::text) is not null as moved from bumped`.execute(db);
    if (rows.length > 0) last.set(workspaceId, at.getTime());
  };
}
