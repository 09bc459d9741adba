import { ApiError, isUuid, type User } from '@coder/api';
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import { presentRole } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';

export type UserRow = Selectable<Tables['users']> & { organization_ids: string[] };

/** Users that are not deleted, each with its organizations. */
export function selectUsers(db: Db) {
  return db
    .selectFrom('users')
    .selectAll('users')
    .select((eb) => organizationIds(eb).as('organization_ids'))
    .where('users.deleted', '=', false);
}

function organizationIds(eb: ExpressionBuilder<Tables, 'users'>) {
  return eb
    .selectFrom('organization_members')
    .whereRef('organization_members.user_id', '=', 'users.id')
    .select(
      sql<
        string[]
      >`coalesce(array_agg(organization_members.organization_id order by organization_members.created_at), '{}')`.as(
        'ids',
      ),
    )
    .$asScalar()
    .$notNull();
}

/** A user by id, by name (in any case), or `me`; undefined when there is none. */
export function findUser(db: Db, ref: string, meId: string): Promise<UserRow | undefined> {
  const query = selectUsers(db);
  const id = ref === 'me' ? meId : isUuid(ref) ? ref : undefined;
  return (
    id === undefined
      ? query.where(sql`lower(users.username)`, '=', ref.toLowerCase())
      : query.where('users.id', '=', id)
  ).executeTakeFirst();
}

export function userNotFound(ref: string): ApiError {
  return new ApiError('NOT_FOUND', {
    message: `User ${JSON.stringify(ref)} does not exist, or you may not see it.`,
  });
}

export function presentUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    avatar_url: row.avatar_url,
    email: row.email,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    last_seen_at: row.last_seen_at.toISOString(),
    status: row.status as User['status'],
    login_type: row.login_type as User['login_type'],
    organization_ids: row.organization_ids,
    roles: row.rbac_roles.map((name) => presentRole(name)),
  };
}
