import { GROUP_MEMBERS_SHOWN, type Group, type ReducedUser } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import { type Actor, can, visible, visibleSql } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

export type GroupRow = {
  id: string;
  name: string;
  display_name: string;
  avatar_url: string;
  quota_allowance: number;
  organization_id: string;
  organization_name: string;
  organization_display_name: string;
  total_member_count: number;
};

type MemberRow = {
  group_id: string;
  id: string;
  username: string;
  name: string;
  avatar_url: string;
  email: string;
  created_at: Date;
  updated_at: Date;
  last_seen_at: Date;
  status: ReducedUser['status'];
  login_type: ReducedUser['login_type'];
};

/** Groups that meet a condition on `g` (the group), in the given order. */
export async function selectGroups(db: Db, rest: RawBuilder<unknown>): Promise<GroupRow[]> {
  const { rows } = await sql<GroupRow>`
    select g.id, g.name, g.display_name, g.avatar_url, g.quota_allowance, g.organization_id,
      o.name as organization_name, o.display_name as organization_display_name,
      (select count(*) from group_membership m join users u on u.id = m.user_id
        where m.group_id = g.id and not u.deleted) as total_member_count
    from groups g join organizations o on o.id = g.organization_id ${rest}`.execute(db);
  return rows;
}

/** The condition on `g` that an actor may see a group. */
export function isVisible(actor: Actor): RawBuilder<boolean> {
  return visibleSql(visible(actor, 'group'), { id: 'g.id', organization: 'g.organization_id' });
}

/** Members by name: of each group the first of a page. */
export async function selectGroupMembers(
  db: Db,
  groupIds: readonly string[],
  {
    limit = GROUP_MEMBERS_SHOWN,
    offset = 0,
    afterId,
  }: { limit?: number; offset?: number; afterId?: string | undefined } = {},
): Promise<MemberRow[]> {
  const after =
    afterId === undefined
      ? sql``
      : sql`and lower(u.username) > (select lower(username) from users where id = ${afterId})`;
  const { rows } = await sql<MemberRow>`
    select wanted.id as group_id, u.* from unnest(${groupIds}::uuid[]) as wanted (id)
    join lateral (
      select u.id, u.username, u.name, u.avatar_url, u.email, u.created_at, u.updated_at, u.last_seen_at, u.status,
        u.login_type
      from group_membership m join users u on u.id = m.user_id
      where m.group_id = wanted.id and not u.deleted ${after}
      order by lower(u.username) limit ${limit} offset ${offset}
    ) u on true`.execute(db);
  return rows;
}

/** Groups in upstream's shape, in the given order, in one more statement. */
export async function presentGroups(db: Db, actor: Actor, rows: readonly GroupRow[]): Promise<Group[]> {
  const members = Map.groupBy(
    await selectGroupMembers(
      db,
      rows.map(({ id }) => id),
    ),
    ({ group_id }) => group_id,
  );
  return rows.map((row) => ({
    ...row,
    members: (members.get(row.id) ?? []).map((member) => presentReducedUser(actor, member)),
    source: 'user',
  }));
}

/** A member as answers show it. Members of one organization know each other by name; more is for who may read users. */
export function presentReducedUser(actor: Actor, row: MemberRow): ReducedUser {
  const mayReadUser = can(actor, 'read', { type: 'user', id: row.id });
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    avatar_url: row.avatar_url,
    email: mayReadUser ? row.email : '',
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    ...(mayReadUser ? { last_seen_at: row.last_seen_at.toISOString() } : {}),
    status: row.status,
    login_type: row.login_type,
  };
}
