import type { SharingLevel, Template } from '@coder/api';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { type Actor, allowedIds } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';
import { firstParagraph } from './plain-text.ts';

export type TemplateRow = Selectable<Tables['templates']> & {
  organization_name: string;
  organization_display_name: string;
  organization_icon: string;
  created_by_name: string;
  readme: string | null;
  runtime: string | null;
  active_user_count: number;
};

type BuildTimes = Template['build_time_stats'];

/** Builds that a build time is told from. */
const measuredBuilds = 100;

/** Templates that meet a condition on `t`, `o`, `u` and `v` (the active version), in the given order. */
export async function selectTemplates(db: Db, rest: RawBuilder<unknown>): Promise<TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`
    select t.*, o.name as organization_name, o.display_name as organization_display_name, o.icon as organization_icon,
      u.username as created_by_name, v.readme, (select min(key) from jsonb_object_keys(v.manifest->'runtime') key) as runtime,
      (select count(distinct w.owner_id) from workspaces w where w.template_id = t.id and not w.deleted) as active_user_count
    from templates t
    join organizations o on o.id = t.organization_id
    join users u on u.id = t.created_by
    left join template_versions v on v.id = t.active_version_id
    ${rest}`.execute(db);
  return rows;
}

/** Templates in upstream's shape as an actor is to see them, in the given order; two statements, however many there are. */
export async function presentTemplates(
  db: Db,
  rows: readonly TemplateRow[],
  actor: Actor,
): Promise<Template[]> {
  const times = await buildTimes(
    db,
    rows.map(({ id }) => id),
  );
  // Who uses a template is told by workspaces that a narrow token knows nothing of.
  const counts = allowedIds(actor.key.allowList, 'workspace') === 'all';
  return rows.map((row) =>
    presentTemplate(counts ? row : { ...row, active_user_count: 0 }, times.get(row.id) ?? {}),
  );
}

/** Milliseconds that the last successful builds of each template took. */
async function buildTimes(db: Db, templateIds: readonly string[]): Promise<Map<string, BuildTimes>> {
  if (templateIds.length === 0) return new Map();
  const { rows } = await sql<{ template_id: string; transition: string; p50: number; p95: number }>`
    select template_id, transition, percentile_cont(0.5) within group (order by ms) as p50,
      percentile_cont(0.95) within group (order by ms) as p95
    from (
      select w.template_id, b.transition, extract(epoch from j.completed_at - j.started_at)::float8 * 1000 as ms,
        row_number() over (partition by w.template_id, b.transition order by j.completed_at desc) as recency
      from workspaces w
      join workspace_builds b on b.workspace_id = w.id
      join provisioner_jobs j on j.id = b.job_id
      where w.template_id = any(${templateIds}::uuid[]) and j.status = 'succeeded' and j.started_at is not null
    ) builds
    where recency <= ${measuredBuilds} group by template_id, transition`.execute(db);
  const times = new Map<string, BuildTimes>();
  for (const { template_id: id, transition, p50, p95 } of rows) {
    times.set(id, { ...times.get(id), [transition]: { P50: Math.round(p50), P95: Math.round(p95) } });
  }
  return times;
}

const unknownTime = { P50: null, P95: null };

function presentTemplate(row: TemplateRow, times: BuildTimes): Template {
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    organization_id: row.organization_id,
    organization_name: row.organization_name,
    organization_display_name: row.organization_display_name,
    organization_icon: row.organization_icon,
    name: row.name,
    display_name: row.display_name,
    provisioner: row.runtime ?? '',
    active_version_id: row.active_version_id,
    active_user_count: row.active_user_count,
    build_time_stats: { start: unknownTime, stop: unknownTime, delete: unknownTime, ...times },
    description: row.description,
    abstract: firstParagraph(row.readme ?? ''),
    deprecated: row.deprecation_message !== '',
    deprecation_message: row.deprecation_message,
    icon: row.icon,
    default_ttl_ms: row.default_ttl_ms,
    activity_bump_ms: row.activity_bump_ms,
    autostop_requirement: { days_of_week: [], weeks: 1 },
    autostart_requirement: {
      days_of_week: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
    },
    created_by_id: row.created_by,
    created_by_name: row.created_by_name,
    allow_user_autostart: row.allow_user_autostart,
    allow_user_autostop: row.allow_user_autostop,
    allow_user_cancel_workspace_jobs: row.allow_user_cancel_workspace_jobs,
    failure_ttl_ms: row.failure_ttl_ms,
    time_til_dormant_ms: row.time_til_dormant_ms,
    time_til_dormant_autodelete_ms: row.time_til_dormant_autodelete_ms,
    require_active_version: row.require_active_version,
    max_port_share_level: row.max_port_share_level as SharingLevel,
    cors_behavior: 'simple',
    use_classic_parameter_flow: true,
  };
}
