import type { WorkspaceRole } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

export type Belonging = Required<Pick<Actor, 'organizations' | 'groups' | 'shares'>>;

/** Where a user belongs, and what others have shared with it or with its groups. Of two roles the larger counts. */
export async function loadBelonging(db: Db, userId: string): Promise<Belonging> {
  const { rows } = await sql<{
    organizations: { id: string; roles: string[] }[];
    groups: string[];
    shares: { id: string; role: WorkspaceRole }[];
  }>`
    select
      (select coalesce(json_agg(json_build_object('id', organization_id, 'roles', roles) order by created_at), '[]')
        from organization_members where user_id = ${userId}) as organizations,
      (select coalesce(json_agg(group_id), '[]') from group_members where user_id = ${userId}) as groups,
      (select coalesce(json_agg(json_build_object('id', found.id, 'role', found.role)), '[]') from (
        select w.id, case when bool_or(s.role = 'admin') then 'admin' else 'use' end as role
        from workspace_shares s join workspaces w on w.id = s.workspace_id
        where not w.deleted and w.owner_id <> ${userId} and (
          s.user_id = ${userId}
          or s.group_id in (select group_id from group_membership where user_id = ${userId}))
        group by w.id
      ) found) as shares`.execute(db);
  const found = rows[0];
  return {
    organizations: new Map(found?.organizations.map(({ id, roles }) => [id, roles])),
    groups: new Set(found?.groups),
    shares: new Map(found?.shares.map(({ id, role }) => [id, role])),
  };
}
