import type { WorkspaceBuild, WorkspaceResource } from '@coder/api';
import { sql } from 'kysely';
import { loadAgents } from '../../agents/index.ts';
import type { Db } from '../../database/index.ts';
import { presentJob } from '../../jobs/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { buildStatus } from '../status.ts';
import type { BuildRow } from './build-rows.ts';

type ReadDeps = Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>;
type Queued = { position: number; size: number };

/** Builds in upstream's shape, in the given order; five statements at most, however many builds there are. */
export async function presentBuilds(deps: ReadDeps, rows: readonly BuildRow[]): Promise<WorkspaceBuild[]> {
  const ids = rows.map((row) => row.id);
  const [resources, queued] = await Promise.all([loadResources(deps, ids), queuePositions(deps.db, rows)]);
  return rows.map((row) => presentBuild(row, resources.get(row.id) ?? [], queued.get(row.job_id)));
}

async function loadResources(
  { db, clock, settings }: ReadDeps,
  buildIds: readonly string[],
): Promise<Map<string, WorkspaceResource[]>> {
  if (buildIds.length === 0) return new Map();
  const [rows, agents] = await Promise.all([
    db
      .selectFrom('workspace_resources')
      .selectAll()
      .where('build_id', '=', sql<string>`any(${buildIds}::uuid[])`)
      .orderBy('created_at')
      .orderBy('name')
      .execute(),
    loadAgents(db, clock, buildIds, { inactiveDisconnectMs: settings.inactiveDisconnectMs }),
  ]);
  const byBuild = new Map<string, WorkspaceResource[]>();
  for (const row of rows) {
    const its = agents.get(row.id) ?? [];
    const resource: WorkspaceResource = {
      id: row.id,
      created_at: row.created_at.toISOString(),
      job_id: row.job_id,
      workspace_transition: row.transition as WorkspaceResource['workspace_transition'],
      type: row.type,
      name: row.name,
      hide: row.hide,
      icon: row.icon,
      ...(its.length > 0 ? { agents: its } : {}),
      metadata: row.metadata as NonNullable<WorkspaceResource['metadata']>,
      daily_cost: row.daily_cost,
    };
    const list = byBuild.get(row.build_id);
    if (list) list.push(resource);
    else byBuild.set(row.build_id, [resource]);
  }
  return byBuild;
}

/** Where waiting jobs stand in the queue; no statement when none waits. */
async function queuePositions(db: Db, builds: readonly BuildRow[]): Promise<Map<string, Queued>> {
  const waiting = builds.filter((build) => build.job_status === 'pending').map((build) => build.job_id);
  if (waiting.length === 0) return new Map();
  const { rows } = await sql<Queued & { id: string }>`
    select * from (
      select id, row_number() over (order by created_at, id) as position, count(*) over () as size
      from provisioner_jobs where status = 'pending'
    ) queue where id = any(${waiting}::uuid[])`.execute(db);
  return new Map(rows.map(({ id, ...queued }) => [id, queued]));
}

function presentBuild(
  row: BuildRow,
  resources: WorkspaceResource[],
  queued: Queued | undefined,
): WorkspaceBuild {
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    workspace_id: row.workspace_id,
    workspace_name: row.workspace_name,
    workspace_owner_id: row.owner_id,
    workspace_owner_name: row.owner_name,
    ...(row.owner_avatar_url === '' ? {} : { workspace_owner_avatar_url: row.owner_avatar_url }),
    template_version_id: row.template_version_id,
    template_version_name: row.template_version_name,
    build_number: row.build_number,
    transition: row.transition,
    initiator_id: row.initiator_id,
    initiator_name: row.initiator_name,
    job: presentJob(row, row.job_input, queued),
    reason: row.reason,
    resources,
    deadline: row.deadline?.toISOString() ?? null,
    max_deadline: row.max_deadline?.toISOString() ?? null,
    status: buildStatus(row.transition, row.job_status),
    daily_cost: row.daily_cost,
    template_version_preset_id: row.preset_id,
  };
}
