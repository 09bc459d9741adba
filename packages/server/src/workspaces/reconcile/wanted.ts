import { sql } from 'kysely';
import type { WorkspacesDeps } from '../deps.ts';

/** What the database wants of a workspace that this machine has something of. */
export type Wanted = {
  id: string;
  deleted: boolean;
  active: boolean;
  runs: boolean;
  buildId: string;
  /** The machine its latest start ran on. */
  hostname: string | null;
};

/** What is wanted of the given workspaces, and of every one that should run. */
export async function readWanted(
  { db }: Pick<WorkspacesDeps, 'db'>,
  ids: readonly string[],
): Promise<Map<string, Wanted>> {
  const { rows } = await sql<Wanted>`
    select w.id, w.deleted, j.status in ('pending', 'running', 'canceling') as active,
      (not w.deleted and b.transition = 'start' and j.status = 'succeeded') as runs, b.id as "buildId", r.hostname
    from workspaces w
    join lateral (
      select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
    ) b on true
    join provisioner_jobs j on j.id = b.job_id
    left join replicas r on r.id = j.worker_id
    where w.id = any(${ids}::uuid[]) or (not w.deleted and b.transition = 'start' and j.status = 'succeeded')`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
