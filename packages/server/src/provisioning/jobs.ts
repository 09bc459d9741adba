import { ApiError, DEFAULT_PAGE_SIZE, type ListedJob } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import { type Actor, authorize, visible, visibleSql } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { type JobRow, jobColumns, jobWorker, presentJob } from '../jobs/index.ts';
import { loadDaemons } from './daemons.ts';

export type JobQuery = {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  /** A username, an id or `me`. */
  readonly initiator?: string | undefined;
};

type Row = JobRow & {
  input: ListedJob['input'];
  version_name: string | null;
  template_id: string | null;
  template_name: string | null;
  template_display_name: string | null;
  template_icon: string | null;
  workspace_id: string | null;
  workspace_name: string | null;
  queue_position: number;
  queue_size: number;
};

type Deps = { readonly db: Db; readonly clock: Clock; readonly runtimes: readonly string[] };

/** The jobs of an organization that are about workspaces and templates which the actor may see, the newest first. */
export async function listJobs(
  deps: Deps,
  actor: Actor,
  organizationId: string,
  { limit, offset = 0, ids, status, initiator }: JobQuery,
): Promise<ListedJob[]> {
  authorize(actor, 'read', { type: 'provisioner_jobs', organizationId });
  const conditions: RawBuilder<unknown>[] = [];
  if (ids) conditions.push(sql`j.id = any(${[...ids]}::uuid[])`);
  if (status) conditions.push(sql`j.status = any(${[...status]}::text[])`);
  if (initiator !== undefined) {
    const name = initiator.toLowerCase();
    conditions.push(
      name === 'me'
        ? sql`j.initiator_id = ${actor.user.id}`
        : sql`j.initiator_id in (select id from users where lower(username) = ${name} or id::text = ${name})`,
    );
  }
  const rows = await select(
    deps.db,
    actor,
    organizationId,
    sql`${sql.join([sql`true`, ...conditions], sql` and `)}
      order by j.created_at desc, j.id limit ${limit || DEFAULT_PAGE_SIZE} offset ${offset}`,
  );
  return present(deps, organizationId, rows);
}

/** One job. Throws NOT_FOUND for one that is not there or is about what the actor may not see. */
export async function getJob(
  deps: Deps,
  actor: Actor,
  organizationId: string,
  id: string,
): Promise<ListedJob> {
  authorize(actor, 'read', { type: 'provisioner_jobs', organizationId });
  const [job] = await present(
    deps,
    organizationId,
    await select(deps.db, actor, organizationId, sql`j.id = ${id}`),
  );
  if (!job) throw new ApiError('NOT_FOUND');
  return job;
}

async function select(
  db: Db,
  actor: Actor,
  organizationId: string,
  rest: RawBuilder<unknown>,
): Promise<Row[]> {
  const workspaces = visibleSql(visible(actor, 'workspace'), {
    id: 'w.id',
    owner: 'w.owner_id',
    organization: 'w.organization_id',
  });
  const templates = visibleSql(visible(actor, 'template'), {
    id: 'v.template_id',
    organization: 'v.organization_id',
  });
  const { rows } = await sql<Row>`
    select ${jobColumns}, j.organization_id, j.initiator_id, j.input, v.name as version_name, t.id as template_id,
      t.name as template_name, t.display_name as template_display_name, t.icon as template_icon,
      w.id as workspace_id, w.name as workspace_name,
      case when j.status = 'pending' then (
        select count(*) from provisioner_jobs p where p.status = 'pending' and (p.created_at, p.id) <= (j.created_at, j.id)
      ) else 0 end as queue_position,
      case when j.status = 'pending' then (
        select count(*) from provisioner_jobs p where p.status = 'pending'
      ) else 0 end as queue_size
    from provisioner_jobs j
    ${jobWorker}
    left join workspace_builds b on b.job_id = j.id
    left join workspaces w on w.id = b.workspace_id
    left join template_versions v on v.id = coalesce(b.template_version_id, (j.input ->> 'template_version_id')::uuid)
    left join templates t on t.id = v.template_id
    where j.organization_id = ${organizationId}
      and case when w.id is not null then ${workspaces} else ${templates} end and ${rest}`.execute(db);
  return rows;
}

async function present(deps: Deps, organizationId: string, rows: readonly Row[]): Promise<ListedJob[]> {
  if (rows.length === 0) return [];
  const workers = (await loadDaemons(deps, organizationId)).map(({ id }) => id);
  return rows.map((row) => ({
    ...presentJob(row, inputOf(row), { position: row.queue_position, size: row.queue_size }),
    available_workers: workers,
    metadata: {
      template_version_name: row.version_name ?? '',
      ...(row.template_id === null ? {} : { template_id: row.template_id }),
      template_name: row.template_name ?? '',
      template_display_name: row.template_display_name ?? '',
      template_icon: row.template_icon ?? '',
      ...(row.workspace_id === null ? {} : { workspace_id: row.workspace_id }),
      ...(row.workspace_name === null ? {} : { workspace_name: row.workspace_name }),
    },
  }));
}

/** What a job is for; a dry run keeps more beside it, which is its initiator's. */
function inputOf({ input }: Row): ListedJob['input'] {
  const { template_version_id: version, workspace_build_id: build } = input;
  return {
    ...(version === undefined ? {} : { template_version_id: version }),
    ...(build === undefined ? {} : { workspace_build_id: build }),
  };
}
