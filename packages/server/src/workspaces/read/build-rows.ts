import type { Transition } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import { type JobRow, jobColumns, jobWorker } from '../../jobs/index.ts';
import type { JobStatus } from '../status.ts';

/** A build with all that its answer shows except its resources. */
export type BuildRow = JobRow & {
  id: string;
  created_at: Date;
  updated_at: Date;
  workspace_id: string;
  workspace_name: string;
  owner_id: string;
  owner_name: string;
  owner_avatar_url: string;
  template_version_id: string;
  template_version_name: string;
  build_number: number;
  transition: Transition;
  initiator_name: string;
  reason: string;
  deadline: Date | null;
  max_deadline: Date | null;
  daily_cost: number;
  preset_id: string | null;
  job_status: JobStatus;
  job_input: { template_version_id?: string; workspace_build_id?: string; error?: string };
};

const columns = sql`
  b.id, b.created_at, b.updated_at, b.workspace_id, w.name as workspace_name, w.organization_id, w.owner_id,
  owner.username as owner_name, owner.avatar_url as owner_avatar_url, b.template_version_id,
  v.name as template_version_name, b.build_number, b.transition, b.initiator_id, initiator.username as initiator_name,
  b.reason, b.deadline, b.max_deadline, b.daily_cost, b.preset_id, j.input as job_input, ${jobColumns}`;
const joins = sql`
  join workspaces w on w.id = b.workspace_id
  join users owner on owner.id = w.owner_id
  join template_versions v on v.id = b.template_version_id
  join users initiator on initiator.id = b.initiator_id
  join provisioner_jobs j on j.id = b.job_id
  ${jobWorker}`;

/** Builds that meet a condition on `b` (the build), in the given order. */
export async function selectBuilds(db: Db, rest: RawBuilder<unknown>): Promise<BuildRow[]> {
  const { rows } = await sql<BuildRow>`select ${columns} from workspace_builds b ${joins} ${rest}`.execute(
    db,
  );
  return rows;
}

/** The latest build of each workspace, by workspace id. */
export async function latestBuilds(db: Db, workspaceIds: readonly string[]): Promise<Map<string, BuildRow>> {
  if (workspaceIds.length === 0) return new Map();
  const { rows } = await sql<BuildRow>`
    select ${columns} from unnest(${workspaceIds}::uuid[]) as wanted (id)
    join lateral (
      select * from workspace_builds where workspace_id = wanted.id and not withdrawn order by build_number desc limit 1
    ) b on true ${joins}`.execute(db);
  return new Map(rows.map((row) => [row.workspace_id, row]));
}
