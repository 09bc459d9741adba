import { ApiError, DEFAULT_PAGE_SIZE, type Workspace } from '@coder/api';
import { sql } from 'kysely';
import { DEFAULT_INACTIVE_DISCONNECT_MS } from '../../agents/index.ts';
import { type Actor, visible, visibleSql } from '../../authorization/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { workspaceFilter } from './filter.ts';
import {
  presentWorkspaces,
  type WorkspaceRow,
  workspaceColumns,
  workspaceJoins,
} from './present-workspace.ts';
import { parseWorkspaceQuery } from './search.ts';

export type ListInput = {
  q?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  after_id?: string | undefined;
};

/**
 * The workspaces an actor may see that match `q`: the actor's own favorites first, then by name. `count` is how many there are
 * in all. Rows, their builds and what hangs on those are read in three rounds, whatever the page holds.
 */
export async function listWorkspaces(
  deps: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>,
  actor: Actor,
  { q = '', limit = DEFAULT_PAGE_SIZE, offset = 0, after_id: afterId }: ListInput,
): Promise<{ workspaces: Workspace[]; count: number }> {
  const { rows, count } = await pageOf(deps, actor, q, limit || DEFAULT_PAGE_SIZE, offset, afterId);
  return { workspaces: await presentWorkspaces(deps, rows), count };
}

export async function pageOf(
  { db, clock, settings }: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>,
  actor: Actor,
  q: string,
  limit: number,
  offset: number,
  afterId?: string,
): Promise<{ rows: WorkspaceRow[]; count: number }> {
  const { where, needsBuild } = workspaceFilter(actor, parseWorkspaceQuery(q), {
    now: clock.now(),
    inactiveDisconnectMs: settings.inactiveDisconnectMs ?? DEFAULT_INACTIVE_DISCONNECT_MS,
  });
  if (afterId !== undefined) await assertKnown(db, actor, afterId);
  const key = sql`not (w.favorite and w.owner_id = ${actor.user.id}::uuid), lower(w.name), lower(u.username), w.id`;
  const builds = needsBuild
    ? sql`join lateral (
        select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
      ) b on true join provisioner_jobs j on j.id = b.job_id`
    : sql``;
  const matched = sql`from workspaces w ${workspaceJoins} ${builds} where ${where}`;
  const after =
    afterId === undefined
      ? sql``
      : sql`and (${key}) > (select ${key} from workspaces w join users u on u.id = w.owner_id where w.id = ${afterId})`;
  // Only the keys of all that match are sorted; the rest is read for the page alone.
  const { rows } = await sql<WorkspaceRow & { total: number }>`
    with page as materialized (
      select w.id, row_number() over (order by ${key}) as position ${matched} ${after}
      order by ${key} limit ${limit} offset ${offset}
    )
    select ${workspaceColumns}, (select count(*) ${matched}) as total
    from page join workspaces w on w.id = page.id ${workspaceJoins} order by page.position`.execute(db);
  const first = rows[0];
  if (first) return { rows, count: first.total };
  if (offset === 0 && afterId === undefined) return { rows, count: 0 };
  const { rows: total } = await sql<{ total: number }>`select count(*) as total ${matched}`.execute(db);
  return { rows, count: total[0]?.total ?? 0 };
}

/** What the caller may not see is no place to go on from: where it stands among the others would tell its name. */
async function assertKnown(db: WorkspacesDeps['db'], actor: Actor, id: string): Promise<void> {
  const known = await db
    .selectFrom('workspaces')
    .select('id')
    .where('id', '=', id)
    .where(
      visibleSql(visible(actor, 'workspace'), {
        id: 'id',
        owner: 'owner_id',
        organization: 'organization_id',
      }),
    )
    .executeTakeFirst();
  if (known) return;
  throw new ApiError('VALIDATION_FAILED', {
    validations: [{ field: 'after_id', detail: 'is no workspace; begin again without it' }],
  });
}
