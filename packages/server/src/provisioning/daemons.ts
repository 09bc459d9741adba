import type { MatchedProvisioners, ProvisionerDaemon, ProvisionerJob } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';

export type DaemonQuery = {
  readonly limit?: number | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly status?: readonly ProvisionerDaemon['status'][] | undefined;
  readonly offline?: boolean | undefined;
};

type Row = {
  id: string;
  hostname: string;
  version: string;
  started_at: Date;
  heartbeat_at: Date;
  is_gone: boolean;
  is_busy: boolean;
  current_job: JobOf | null;
  previous_job: JobOf | null;
};
type JobOf = {
  id: string;
  status: ProvisionerJob['status'];
  name: string | null;
  display_name: string | null;
  icon: string | null;
};

/** A server beats every ten seconds; without a beat for this long it is taken for gone, as its jobs are. */
const silentMs = 30_000;
const rememberedMs = 24 * 60 * 60_000;
const defaultLimit = 50;

type Deps = { readonly db: Db; readonly clock: Clock; readonly runtimes: readonly string[] };

/** The servers that run builds and imports, the newest first, as those of an organization. It asks nobody's permission. */
export async function loadDaemons(
  { db, clock, runtimes }: Deps,
  organizationId: string,
  { limit = defaultLimit, ids, status, offline = false }: DaemonQuery = {},
): Promise<ProvisionerDaemon[]> {
  const now = clock.now().getTime();
  const wanted = ids === undefined ? sql`true` : sql`r.id = any(${[...ids]}::uuid[])`;
  const { rows } = await sql<Row>`
    select r.id, r.hostname, r.version, r.started_at, r.heartbeat_at,
      (r.stopped_at is not null or r.heartbeat_at < ${new Date(now - silentMs)}) as is_gone,
      exists (select from provisioner_jobs j where j.worker_id = r.id and ${runs}) as is_busy,
      ${jobOf(organizationId, runs)} as current_job,
      ${jobOf(organizationId, sql`j.completed_at is not null`)} as previous_job
    from replicas r
    where r.heartbeat_at > ${new Date(now - rememberedMs)} and ${wanted}
    order by r.started_at desc limit 1000`.execute(db);
  return rows
    .map((row) => present(row, organizationId, runtimes))
    .filter((daemon) => status?.includes(daemon.status) ?? (offline || daemon.status !== 'offline'))
    .slice(0, limit || defaultLimit);
}

const runs = sql`j.status in ('running', 'canceling')`;

/** The newest job of a server in an organization that meets a condition, with the template it is for. */
function jobOf(organizationId: string, condition: RawBuilder<unknown>) {
  return sql`(
    select jsonb_build_object('id', j.id, 'status', j.status, 'name', t.name, 'display_name', t.display_name, 'icon', t.icon)
    from provisioner_jobs j
    left join template_versions v on v.id = (
      select template_version_id from workspace_builds where job_id = j.id
      union all select id from template_versions where job_id = j.id limit 1)
    left join templates t on t.id = v.template_id
    where j.worker_id = r.id and j.organization_id = ${organizationId} and ${condition}
    order by j.started_at desc limit 1)`;
}

function present(row: Row, organizationId: string, runtimes: readonly string[]): ProvisionerDaemon {
  const { current_job: current, previous_job: previous } = row;
  return {
    id: row.id,
    organization_id: organizationId,
    created_at: row.started_at.toISOString(),
    last_seen_at: row.heartbeat_at.toISOString(),
    name: row.hostname,
    version: row.version,
    api_version: '1.0',
    provisioners: [...runtimes],
    tags: { scope: 'organization', owner: '' },
    status: row.is_gone ? 'offline' : row.is_busy ? 'busy' : 'idle',
    ...(current && !row.is_gone ? { current_job: presentJobOf(current) } : {}),
    ...(previous ? { previous_job: presentJobOf(previous) } : {}),
  };
}

function presentJobOf({ id, status, name, display_name: displayName, icon }: JobOf) {
  return {
    id,
    status,
    template_name: name ?? '',
    template_display_name: displayName ?? '',
    template_icon: icon ?? '',
  };
}

/** How many servers could run a build of an organization now. */
export async function matchDaemons(deps: Deps, organizationId: string): Promise<MatchedProvisioners> {
  const daemons = await loadDaemons(deps, organizationId, { limit: 1_000 });
  const seen = daemons.map((daemon) => daemon.last_seen_at).toSorted();
  return { count: daemons.length, available: daemons.length, most_recently_seen: seen.at(-1) ?? null };
}
