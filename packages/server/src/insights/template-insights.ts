import type { ManifestParameter, TemplateInsights } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import { partsOf, type Range } from './range.ts';

type Report = NonNullable<TemplateInsights['report']>;
type Period = { start: Date; end: Date };

/** Who was active in workspaces of these templates, what was opened in them, and with which values they were built. */
export async function templateReport(db: Db, templateIds: readonly string[], range: Range): Promise<Report> {
  const [{ active_users, template_ids }, apps, parameters] = await Promise.all([
    activeUsers(db, templateIds, range),
    appsUsage(db, templateIds, range),
    parametersUsage(db, templateIds, range),
  ]);
  return {
    start_time: range.startText,
    end_time: range.endText,
    template_ids,
    active_users,
    apps_usage: apps,
    parameters_usage: parameters,
  };
}

const daysOf = { day: 1, week: 7 } as const;

/** How many users were active in each part of the range. */
export async function intervalReports(
  db: Db,
  templateIds: readonly string[],
  range: Range,
  interval: keyof typeof daysOf,
): Promise<NonNullable<TemplateInsights['interval_reports']>> {
  const parts = partsOf(range, daysOf[interval]);
  const { rows } = await sql<Active & { start: Date; end: Date }>`
    select part.start, part.end, ${active}
    from unnest(${parts.map(({ start }) => start)}::timestamptz[], ${parts.map(({ end }) => end)}::timestamptz[])
      as part (start, "end")
    left join workspace_usage s on s.began_at >= part.start and s.began_at < part.end
      and s.template_id = any(${[...templateIds]}::uuid[])
    group by part.start, part.end order by part.start`.execute(db);
  return rows.map(({ start, end, ...found }) => ({
    start_time: start.toISOString(),
    end_time: end.toISOString(),
    interval,
    ...found,
  }));
}

type Active = { active_users: number; template_ids: string[] };

const active = sql`count(distinct s.user_id) as active_users,
  coalesce(array_agg(distinct s.template_id::text) filter (where s.template_id is not null), '{}') as template_ids`;

async function activeUsers(db: Db, templateIds: readonly string[], { start, end }: Period): Promise<Active> {
  const { rows } = await sql<Active>`
    select ${active} from workspace_usage s
    where s.template_id = any(${[...templateIds]}::uuid[]) and s.began_at >= ${start} and s.began_at < ${end}`.execute(
    db,
  );
  return rows[0] ?? { active_users: 0, template_ids: [] };
}

type AppRow = {
  template_ids: string[];
  slug: string | null;
  display_name: string;
  icon: string;
  times_used: number;
};

/** How often apps and terminals were opened, which the audit log tells. A visit counts once, whatever it loads. */
async function appsUsage(
  db: Db,
  templateIds: readonly string[],
  { start, end }: Period,
): Promise<Report['apps_usage']> {
  const { rows } = await sql<AppRow>`
    with opened as (
      select l.resource_id::uuid as agent_id, substring(l.resource_target from ' app "([^"]+)"$') as slug
      from audit_logs l
      where l.time >= ${start} and l.time < ${end} and l.status_code < 400
        and (l.action = 'open' and l.resource_type = 'workspace_app' and l.resource_target like '% app "%"'
          or l.action = 'connect' and l.description = 'GET /workspaceagents/{agent}/pty')
        and l.resource_id ~ '^[0-9a-f-]{36}$'
    )
    select array_agg(distinct w.template_id::text) as template_ids, opened.slug,
      coalesce(max(p.display_name), '') as display_name, coalesce(max(p.icon), '') as icon, count(*) as times_used
    from opened
    join workspace_agents a on a.id = opened.agent_id
    join workspaces w on w.id = a.workspace_id
    left join workspace_apps p on p.agent_id = a.id and p.slug = opened.slug
    where w.template_id = any(${[...templateIds]}::uuid[])
    group by opened.slug order by times_used desc, opened.slug limit 1000`.execute(db);
  return rows.map(({ slug, display_name: name, ...row }) =>
    slug === null
      ? { ...row, type: 'builtin', slug: 'reconnecting-pty', display_name: 'Terminal', seconds: null }
      : { ...row, type: 'app', slug, display_name: name || slug, seconds: null },
  );
}

type ValueRow = { template_ids: string[]; name: string; value: string; count: number };

/** With which values workspaces were last built, of those that were built in this time. */
async function parametersUsage(
  db: Db,
  templateIds: readonly string[],
  { start, end }: Period,
): Promise<Report['parameters_usage']> {
  const [values, manifests] = await Promise.all([
    sql<ValueRow>`
      select array_agg(distinct w.template_id::text) as template_ids, p ->> 'name' as name, p ->> 'value' as value,
        count(*) as count
      from workspaces w
      join lateral (
        select parameters from workspace_builds
        where workspace_id = w.id and transition = 'start' and created_at >= ${start} and created_at < ${end}
        order by build_number desc limit 1
      ) b on true
      cross join jsonb_array_elements(b.parameters) p
      where w.template_id = any(${[...templateIds]}::uuid[])
      group by p ->> 'name', p ->> 'value' order by 2, count desc, 3 limit 10000`.execute(db),
    sql<{ parameters: ManifestParameter[] | null }>`
      select v.manifest -> 'parameters' as parameters
      from templates t join template_versions v on v.id = t.active_version_id
      where t.id = any(${[...templateIds]}::uuid[])`.execute(db),
  ]);
  const known = new Map(
    manifests.rows.flatMap(({ parameters }) => (parameters ?? []).map((each) => [each.name, each] as const)),
  );
  return [...Map.groupBy(values.rows, ({ name }) => name)].map(([name, rows]) => {
    const { display_name, type = 'string', description = '', options = [] } = known.get(name) ?? {};
    return {
      template_ids: [...new Set(rows.flatMap((row) => row.template_ids))].toSorted(),
      name,
      display_name: display_name ?? '',
      type,
      description,
      ...(options.length === 0
        ? {}
        : {
            options: options.map((option) => ({
              name: option.name,
              description: option.description ?? '',
              value: option.value,
              icon: option.icon ?? '',
            })),
          }),
      values: rows.map(({ value, count }) => ({ value, count })),
    };
  });
}
