import { type RawBuilder, sql } from 'kysely';
import { type Actor, visible, visibleSql } from '../../authorization/index.ts';
import type { WorkspaceQuery } from './search.ts';

type Condition = RawBuilder<boolean>;
const is = (condition: RawBuilder<unknown>) => condition as Condition;

/** What upstream calls a status, as a condition on the latest build `b` and its job `j`. */
const statusConditions: Record<string, Condition> = {
  pending: is(sql`j.status = 'pending'`),
  canceling: is(sql`j.status = 'canceling'`),
  canceled: is(sql`j.status = 'canceled'`),
  failed: is(sql`j.status = 'failed'`),
  starting: is(sql`j.status = 'running' and b.transition = 'start'`),
  stopping: is(sql`j.status = 'running' and b.transition = 'stop'`),
  deleting: is(sql`j.status = 'running' and b.transition = 'delete'`),
  running: is(sql`j.status = 'succeeded' and b.transition = 'start'`),
  started: is(sql`j.status = 'succeeded' and b.transition = 'start'`),
  stopped: is(sql`j.status = 'succeeded' and b.transition = 'stop'`),
  deleted: is(sql`j.status = 'succeeded' and b.transition = 'delete'`),
};

export type Filter = { where: Condition /** The condition speaks of `b` and `j`. */; needsBuild: boolean };

/** Who may see what, and what is asked for, as one condition on `w`, `u`, `o`, `t` and perhaps `b` and `j`. */
export function workspaceFilter(
  actor: Actor,
  query: WorkspaceQuery,
  { now, inactiveDisconnectMs }: { now: Date; inactiveDisconnectMs: number },
): Filter {
  const all: Condition[] = [
    visibleSql(visible(actor, 'workspace'), {
      id: 'w.id',
      owner: 'w.owner_id',
      organization: 'w.organization_id',
    }),
    is(query.status === 'deleted' ? sql`w.deleted` : sql`not w.deleted`),
  ];
  const ofBuild: Condition[] = [];
  if (query.nothing) all.push(is(sql`false`));
  for (const name of query.names) all.push(is(sql`strpos(lower(w.name), ${name}) > 0`));
  if (query.ids) all.push(is(sql`w.id = any(${query.ids}::uuid[])`));
  if (query.owner !== undefined) {
    all.push(
      is(query.owner === 'me' ? sql`w.owner_id = ${actor.user.id}` : sql`lower(u.username) = ${query.owner}`),
    );
  }
  if (query.template !== undefined) {
    all.push(is(sql`(lower(t.name) = ${query.template} or t.id::text = ${query.template})`));
  }
  if (query.organization !== undefined) {
    all.push(is(sql`(lower(o.name) = ${query.organization} or o.id::text = ${query.organization})`));
  }
  if (query.shared !== undefined) {
    all.push(is(sql`exists (select from workspace_shares s where s.workspace_id = w.id) = ${query.shared}`));
  }
  if (query.sharedWithUser !== undefined) all.push(sharedWithUser(actor, query.sharedWithUser));
  if (query.sharedWithGroup !== undefined) all.push(sharedWithGroup(query.sharedWithGroup));
  if (query.dormant !== undefined) all.push(is(sql`(w.dormant_at is not null) = ${query.dormant}`));
  if (query.lastUsedAfter) all.push(is(sql`w.last_used_at > ${query.lastUsedAfter}`));
  if (query.lastUsedBefore) all.push(is(sql`w.last_used_at < ${query.lastUsedBefore}`));

  const status = query.status === undefined ? undefined : statusConditions[query.status];
  if (status && query.status !== 'deleted') ofBuild.push(status);
  if (query.outdated !== undefined) {
    ofBuild.push(is(sql`(t.active_version_id <> b.template_version_id) = ${query.outdated}`));
  }
  if (query.agentStatuses) ofBuild.push(hasAgent(query.agentStatuses, now, inactiveDisconnectMs));
  for (const { name, value } of query.parameters) {
    const matches = value === undefined ? sql`` : sql`and lower(p ->> 'value') = ${value}`;
    ofBuild.push(
      is(
        sql`exists (select from jsonb_array_elements(b.parameters) p where lower(p ->> 'name') = ${name} ${matches})`,
      ),
    );
  }
  return {
    where: is(
      sql.join(
        [...all, ...ofBuild].map((condition) => sql`(${condition})`),
        sql` and `,
      ),
    ),
    needsBuild: ofBuild.length > 0,
  };
}

function sharedWithUser(actor: Actor, who: string): Condition {
  const name = who === 'me' ? actor.user.id : who;
  return is(sql`exists (select from workspace_shares s join users su on su.id = s.user_id
    where s.workspace_id = w.id and not su.deleted and (lower(su.username) = ${name} or su.id::text = ${name}))`);
}

function sharedWithGroup(which: string): Condition {
  const [organization, name] = which.includes('/') ? which.split('/', 2) : [undefined, which];
  const ofOrganization = organization === undefined ? sql`true` : sql`lower(so.name) = ${organization}`;
  return is(sql`exists (select from workspace_shares s join groups sg on sg.id = s.group_id
    join organizations so on so.id = sg.organization_id
    where s.workspace_id = w.id and ${ofOrganization} and (lower(sg.name) = ${name} or sg.id::text = ${name}))`);
}

/** The rule by which an agent's status is told from its times; the agents' presenter has it for single ones. */
function hasAgent(statuses: readonly string[], now: Date, inactiveDisconnectMs: number): Condition {
  const silentSince = new Date(now.getTime() - inactiveDisconnectMs);
  return is(sql`b.transition = 'start' and exists (
    select from workspace_agents a where a.build_id = b.id and case
      when a.first_connected_at is null or a.last_connected_at is null then
        case when a.connection_timeout_seconds > 0
          and ${now}::timestamptz - a.created_at > make_interval(secs => a.connection_timeout_seconds)
        then 'timeout' else 'connecting' end
      when a.disconnected_at >= a.last_connected_at or a.last_connected_at < ${silentSince} then 'disconnected'
      else 'connected' end = any(${statuses}::text[]))`);
}
