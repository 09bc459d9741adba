import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

export type BumpActivity = (workspaceId: string, at: Date) => Promise<void>;

/**
 * Notes that a workspace is in use: it counts against dormancy and for the insights, and puts the deadline of its running build off by what the
 * template says, never past its latest deadline. A bump that would move the deadline by less than a minute is not written.
 */
export function createBumpActivity(db: Db): BumpActivity {
  return async (workspaceId, at) => {
    await sql`
      with used as (
        update workspaces set last_used_at = greatest(last_used_at, ${at}) where id = ${workspaceId} and not deleted
        returning id, template_id, owner_id
      ), counted as (
        insert into workspace_usage as s (workspace_id, began_at, template_id, user_id, minutes, last_minute)
        select id, date_bin('30 minutes', ${at}::timestamptz, 'epoch'), template_id, owner_id, 1,
          date_trunc('minute', ${at}::timestamptz)
        from used
        on conflict (workspace_id, began_at) do update set minutes = s.minutes + 1, last_minute = excluded.last_minute
        where s.last_minute < excluded.last_minute
      ), latest as (
        select b.id, b.workspace_id, b.max_deadline, b.deadline,
          least(${at}::timestamptz + t.activity_bump_ms * interval '1 millisecond', b.max_deadline) as later
        from used w join templates t on t.id = w.template_id
        join lateral (
          select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
        ) b on b.transition = 'start'
        join provisioner_jobs j on j.id = b.job_id and j.status = 'succeeded'
      ), bumped as (
        update workspace_builds b set deadline = latest.later, updated_at = ${at}
        from latest where b.id = latest.id and latest.deadline + interval '1 minute' < latest.later
        returning b.workspace_id
      )
      select pg_notify('workspace_changed', workspace_id::text) from bumped`.execute(db);
  };
}
