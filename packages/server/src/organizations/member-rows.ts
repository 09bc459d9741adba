import type { OrganizationMember } from '@coder/api';
import { type Actor, can, presentRole, visible, visibleSql } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { containsPattern } from '../http/index.ts';

export type MemberRow = Awaited<ReturnType<ReturnType<typeof selectMembers>['execute']>>[number];

/** The members of an organization whom an actor may see. */
export function selectMembers(db: Db, actor: Actor, organizationId: string) {
  return db
    .selectFrom('organization_members as member')
    .innerJoin('users', 'users.id', 'member.user_id')
    .where('member.organization_id', '=', organizationId)
    .where('users.deleted', '=', false)
    .where(
      visibleSql(visible(actor, 'organization_member'), {
        id: 'member.user_id',
        owner: 'member.user_id',
        organization: 'member.organization_id',
      }),
    )
    .select([
      'member.user_id',
      'member.organization_id',
      'member.created_at',
      'member.updated_at',
      'member.roles',
      'users.username',
      'users.name',
      'users.avatar_url',
      'users.email',
      'users.rbac_roles',
    ]);
}

/** Those of them whose username or name contains every word of a text. */
export function matching(query: ReturnType<typeof selectMembers>, text: string | undefined) {
  let matched = query;
  for (const word of text?.split(/\s+/).filter(Boolean) ?? []) {
    const pattern = containsPattern(word);
    matched = matched.where((eb) =>
      eb.or([eb('users.username', 'ilike', pattern), eb('users.name', 'ilike', pattern)]),
    );
  }
  return matched;
}

export function presentMembership({
  user_id,
  organization_id,
  ...row
}: Pick<MemberRow, 'user_id' | 'organization_id' | 'created_at' | 'updated_at' | 'roles'>) {
  return {
    user_id,
    organization_id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    roles: row.roles.map((name) => presentRole(name, organization_id)),
  };
}

/** A member as answers show it. Members of one organization know each other by name; more is for who may read users. */
export function presentMember(actor: Actor, row: MemberRow): OrganizationMember {
  const mayReadUser = can(actor, 'read', { type: 'user', id: row.user_id });
  return {
    ...presentMembership(row),
    username: row.username,
    name: row.name,
    avatar_url: row.avatar_url,
    email: mayReadUser ? row.email : '',
    global_roles: mayReadUser ? row.rbac_roles.map((name) => presentRole(name)) : [],
  };
}
