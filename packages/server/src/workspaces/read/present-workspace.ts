import type { SharedActor, Workspace } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import { latestAppStatus } from '../../agents/index.ts';
import type { Db } from '../../database/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { latestBuilds } from './build-rows.ts';
import { presentBuilds } from './present-build.ts';

/** A workspace with all that its answer shows except its latest build. */
export type WorkspaceRow = {
  id: string;
  created_at: Date;
  updated_at: Date;
  owner_id: string;
  owner_name: string;
  owner_avatar_url: string;
  organization_id: string;
  organization_name: string;
  template_id: string;
  template_name: string;
  template_display_name: string;
  template_icon: string;
  template_allow_user_cancel_workspace_jobs: boolean;
  template_active_version_id: string;
  template_require_active_version: boolean;
  name: string;
  deleted: boolean;
  autostart_schedule: string | null;
  ttl_ms: number | null;
  last_used_at: Date;
  deleting_at: Date | null;
  dormant_at: Date | null;
  automatic_updates: 'always' | 'never';
  favorite: boolean;
  next_start_at: Date | null;
  shared_with: SharedActor[] | null;
};

export const workspaceColumns = sql`
  w.id, w.created_at, w.updated_at, w.owner_id, u.username as owner_name, u.avatar_url as owner_avatar_url,
  w.organization_id, o.name as organization_name, w.template_id, t.name as template_name,
  t.display_name as template_display_name, t.icon as template_icon,
  t.allow_user_cancel_workspace_jobs as template_allow_user_cancel_workspace_jobs,
  t.active_version_id as template_active_version_id, t.require_active_version as template_require_active_version,
  w.name, w.deleted, w.autostart_schedule, w.ttl_ms, w.last_used_at, w.deleting_at, w.dormant_at,
  w.automatic_updates, w.favorite, w.next_start_at,
  (select json_agg(json_build_object('id', coalesce(s.user_id, s.group_id),
      'actor_type', case when s.user_id is null then 'group' else 'user' end,
      'name', coalesce(su.username, sg.name), 'avatar_url', coalesce(su.avatar_url, sg.avatar_url),
      'roles', json_build_array(s.role)) order by s.user_id is null, lower(coalesce(su.username, sg.name)))
    from workspace_shares s left join users su on su.id = s.user_id left join groups sg on sg.id = s.group_id
    where s.workspace_id = w.id and su.deleted is not true) as shared_with`;
export const workspaceJoins = sql`
  join users u on u.id = w.owner_id
  join organizations o on o.id = w.organization_id
  join templates t on t.id = w.template_id`;

/** Workspaces that meet a condition on `w` (the workspace), `u` (its owner) and `t` (its template). */
export async function selectWorkspaces(db: Db, rest: RawBuilder<unknown>): Promise<WorkspaceRow[]> {
  const { rows } = await sql<WorkspaceRow>`
    select ${workspaceColumns} from workspaces w ${workspaceJoins} ${rest}`.execute(db);
  return rows;
}

/** Workspaces in upstream's shape, in the given order; the number of statements does not grow with them. */
export async function presentWorkspaces(
  deps: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>,
  rows: readonly WorkspaceRow[],
): Promise<Workspace[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [latest, appStatuses] = await Promise.all([
    latestBuilds(deps.db, ids),
    latestAppStatus(deps.db, ids),
  ]);
  const shown = rows.filter((row) => latest.has(row.id));
  const builds = await presentBuilds(
    deps,
    shown.map((row) => latest.get(row.id)!),
  );
  return shown.map((row, index) => presentWorkspace(row, builds[index]!, appStatuses.get(row.id) ?? null));
}

function presentWorkspace(
  row: WorkspaceRow,
  build: Workspace['latest_build'],
  appStatus: Workspace['latest_app_status'],
): Workspace {
  const agents = build.resources.flatMap((resource) => resource.agents ?? []);
  const failing =
    build.status === 'running'
      ? agents.filter((agent) => !agent.health.healthy).map((agent) => agent.id)
      : [];
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    owner_id: row.owner_id,
    owner_name: row.owner_name,
    owner_avatar_url: row.owner_avatar_url,
    organization_id: row.organization_id,
    organization_name: row.organization_name,
    template_id: row.template_id,
    template_name: row.template_name,
    template_display_name: row.template_display_name,
    template_icon: row.template_icon,
    template_allow_user_cancel_workspace_jobs: row.template_allow_user_cancel_workspace_jobs,
    template_active_version_id: row.template_active_version_id,
    template_require_active_version: row.template_require_active_version,
    latest_build: build,
    latest_app_status: appStatus,
    outdated: row.template_active_version_id !== build.template_version_id,
    name: row.name,
    ...(row.autostart_schedule === null ? {} : { autostart_schedule: row.autostart_schedule }),
    ...(row.ttl_ms === null ? {} : { ttl_ms: row.ttl_ms }),
    last_used_at: row.last_used_at.toISOString(),
    deleting_at: row.deleting_at?.toISOString() ?? null,
    dormant_at: row.dormant_at?.toISOString() ?? null,
    health: { healthy: failing.length === 0, failing_agents: failing },
    automatic_updates: row.automatic_updates,
    // A name is part of a running workspace's environment, so it may change only while nothing runs.
    allow_renames: isAtRest(build.status),
    favorite: row.favorite,
    next_start_at: row.next_start_at?.toISOString() ?? null,
    is_prebuild: false,
    ...(row.shared_with === null ? {} : { shared_with: row.shared_with }),
  };
}

/** Whether nothing of a workspace runs or is about to. */
export function isAtRest(status: Workspace['latest_build']['status']): boolean {
  return status === 'stopped' || status === 'failed' || status === 'canceled';
}
