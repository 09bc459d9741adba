import type { ResourceLimits, ResourceUse } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import { limitsOf } from './limits.ts';

/** What a user's workspaces in an organization are held to. */
export type Rules = {
  readonly own: ResourceLimits;
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly memberLimits: ResourceLimits;
    readonly totalLimits: ResourceLimits;
  }[];
  /** Credits; -1 for no limit. */
  readonly budget: number;
};

/** Reads the rules for one user. Of an organization whose groups give no credits nobody has a limit of them. */
export async function loadRules(db: Db, organizationId: string, userId: string): Promise<Rules> {
  const { rows } = await sql<{
    own: unknown;
    budget: number;
    groups: { id: string; name: string; member: unknown; total: unknown }[];
  }>`
    select
      (select resource_limits from organization_members
        where organization_id = ${organizationId} and user_id = ${userId}) as own,
      case when exists (select from groups where organization_id = ${organizationId} and quota_allowance > 0)
        then coalesce((select sum(g.quota_allowance) ${theirGroups(organizationId, userId)}), 0) else -1 end as budget,
      (select coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'member', g.member_limits,
          'total', g.total_limits) order by lower(g.name)), '[]') ${theirGroups(organizationId, userId)}) as groups`.execute(
    db,
  );
  const found = rows[0];
  return {
    own: limitsOf(found?.own),
    groups: (found?.groups ?? []).map(({ id, name, member, total }) => ({
      id,
      name,
      memberLimits: limitsOf(member),
      totalLimits: limitsOf(total),
    })),
    budget: found?.budget ?? -1,
  };
}

const theirGroups = (organizationId: string, userId: string) => sql`
  from groups g join group_membership m on m.group_id = g.id
  where g.organization_id = ${organizationId} and m.user_id = ${userId}`;

/** Whose workspaces are meant: one user's, or those of all members of a group. */
export type Whose = { readonly userId: string } | { readonly groupId: string };

export type Use = ResourceUse & { readonly credits: number };

/**
 * What workspaces of an organization take. A workspace counts until it is deleted, and its disk with it. Its cpu, memory and
 * cost count from the moment a start is asked for until a stop has succeeded or the start has come to nothing.
 */
export async function loadUse(
  db: Db,
  organizationId: string,
  whose: Whose,
  workspace: { except: string } | { only: string } | undefined = undefined,
): Promise<Use> {
  const owned =
    'userId' in whose
      ? sql`w.owner_id = ${whose.userId}`
      : sql`w.owner_id in (select user_id from group_membership where group_id = ${whose.groupId})`;
  const which =
    workspace === undefined
      ? sql`true`
      : 'except' in workspace
        ? sql`w.id <> ${workspace.except}`
        : sql`w.id = ${workspace.only}`;
  const { rows } = await sql<Use>`
    select count(*) as workspaces,
      coalesce(sum(s.cpu_cores) filter (where s.holds), 0)::float8 as cpu_cores,
      coalesce(sum(s.memory_bytes) filter (where s.holds), 0)::bigint as memory_bytes,
      coalesce(sum(s.disk_bytes), 0)::bigint as disk_bytes,
      coalesce(sum(s.daily_cost) filter (where s.holds), 0)::bigint as credits
    from workspaces w
    left join lateral (
      select b.cpu_cores, b.memory_bytes, b.disk_bytes, b.daily_cost,
        j.status in ('pending', 'running', 'canceling', 'succeeded') and not exists (
          select from workspace_builds e join provisioner_jobs ej on ej.id = e.job_id
          where e.workspace_id = w.id and e.build_number > b.build_number and ej.status = 'succeeded'
        ) as holds
      from workspace_builds b join provisioner_jobs j on j.id = b.job_id
      where b.workspace_id = w.id and b.transition = 'start' and not b.withdrawn order by b.build_number desc limit 1
    ) s on true
    where not w.deleted and w.organization_id = ${organizationId} and ${owned} and ${which}`.execute(db);
  return rows[0] ?? { workspaces: 0, cpu_cores: 0, memory_bytes: 0, disk_bytes: 0, credits: 0 };
}
