import { ApiError, DEFAULT_PAGE_SIZE, siteRoles } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, visible, visibleSql } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { containsPattern, parseSearch, searchChoices, searchTime } from '../http/index.ts';
import { selectUsers, type UserRow } from './users-store.ts';

export type UsersQuery = {
  q?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  after_id?: string | undefined;
};

const searchKeys = [
  'search',
  'name',
  'status',
  'role',
  'login_type',
  'last_seen_after',
  'last_seen_before',
  'created_after',
  'created_before',
];
const statuses = ['active', 'dormant', 'suspended'];
const loginTypes = ['password', 'github', 'oidc', 'token', 'none'];

/** The users that the actor may read and the search selects, by name, and how many there are without the page's limits. */
export async function searchUsers(
  db: Db,
  actor: Actor,
  { q, limit, offset = 0, after_id }: UsersQuery,
): Promise<{ rows: UserRow[]; count: number }> {
  const terms = parseSearch(q, searchKeys);
  const choices = (key: string, known: readonly string[]) => {
    const value = terms.keys.get(key);
    return value === undefined ? undefined : searchChoices(key, value, known);
  };
  const status = choices('status', statuses);
  const roles = choices('role', siteRoles);
  const loginType = choices('login_type', loginTypes);
  const name = terms.keys.get('name');
  const words = [...terms.words, ...(terms.keys.has('search') ? [terms.keys.get('search') ?? ''] : [])];

  let query = selectUsers(db).where(
    visibleSql(visible(actor, 'user'), { id: 'users.id', owner: 'users.id' }),
  );
  for (const word of words) {
    const pattern = containsPattern(word);
    query = query.where((eb) =>
      eb.or([
        eb('users.username', 'ilike', pattern),
        eb('users.email', 'ilike', pattern),
        eb('users.name', 'ilike', pattern),
      ]),
    );
  }
  if (name !== undefined) query = query.where('users.name', 'ilike', containsPattern(name));
  if (status) query = query.where('users.status', 'in', status);
  if (loginType) query = query.where('users.login_type', 'in', loginType);
  // Everybody is a member.
  if (roles && !roles.includes('member')) {
    query = query.where(sql<boolean>`users.rbac_roles && ${roles}::text[]`);
  }
  for (const [column, after, before] of [
    ['last_seen_at', 'last_seen_after', 'last_seen_before'],
    ['created_at', 'created_after', 'created_before'],
  ] as const) {
    const from = terms.keys.get(after);
    const to = terms.keys.get(before);
    if (from) query = query.where(`users.${column}`, '>=', searchTime(after, from));
    if (to) query = query.where(`users.${column}`, '<', searchTime(before, to));
  }

  const { count } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  let page = query.orderBy(sql`lower(users.username)`);
  if (after_id !== undefined) {
    const before = await db
      .selectFrom('users')
      .where('id', '=', after_id)
      .where(visibleSql(visible(actor, 'user'), { id: 'users.id', owner: 'users.id' }))
      .select('username')
      .executeTakeFirst();
    if (!before) throw new ApiError('BAD_REQUEST', { message: `There is no user with the id ${after_id}.` });
    page = page.where(sql`lower(users.username)`, '>', before.username.toLowerCase());
  }
  const rows = await page
    .limit(limit || DEFAULT_PAGE_SIZE)
    .offset(offset)
    .execute();
  return { rows, count };
}
