import { randomUUID } from 'node:crypto';
import { ApiError, isUuid, MAX_PAGE_SIZE, type Organization } from '@coder/api';
import { type Selectable, sql, type Transaction } from 'kysely';
import { type Actor, visible, visibleSql } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';

type Row = Selectable<Tables['organizations']>;
type Page = { limit?: number | undefined; offset?: number | undefined; after_id?: string | undefined };

/** What others ask about organizations. */
export type Organizations = {
  /** Those the actor may read, the default one first, as many as a page has. */
  list(actor: Actor, page: Page): Promise<Organization[]>;
  /** By name, id or `default`. Throws NOT_FOUND when there is none or the actor may not read it. */
  get(actor: Actor, ref: string): Promise<Organization>;
  /** Those a user belongs to and the actor may read, as many as a page has. */
  ofUser(actor: Actor, userId: string, page: Page): Promise<Organization[]>;
  /** Whether a user belongs to one. */
  isMember(userId: string, organizationId: string): Promise<boolean>;
};

export function createOrganizations({ db }: { db: Db }): Organizations {
  /** What everybody may do with any token: see the organizations they belong to. */
  const readable = ({ key, ...actor }: Actor) =>
    db
      .selectFrom('organizations')
      .selectAll()
      .where('deleted', '=', false)
      .where(
        visibleSql(visible({ ...actor, key: { ...key, permissions: 'all' } }, 'organization'), {
          id: 'organizations.id',
          organization: 'organizations.id',
        }),
      );

  async function page(query: ReturnType<typeof readable>, { limit, offset = 0, after_id: after }: Page) {
    const rows = await query
      .$if(after !== undefined, (these) =>
        these.where(
          sql<boolean>`(not is_default, name) > (select not is_default, name from organizations o where o.id = ${after})`,
        ),
      )
      .orderBy('is_default', 'desc')
      .orderBy('name')
      .limit(limit || MAX_PAGE_SIZE)
      .offset(offset)
      .execute();
    return rows.map(presentOrganization);
  }

  return {
    list: (actor, paging) => page(readable(actor), paging),
    async get(actor, ref) {
      const row = await readable(actor).where(organizationIs(ref)).executeTakeFirst();
      if (!row) throw organizationNotFound(ref);
      return presentOrganization(row);
    },
    ofUser(actor, userId, paging) {
      const theirs = readable(actor).where('organizations.id', 'in', (eb) =>
        eb.selectFrom('organization_members').select('organization_id').where('user_id', '=', userId),
      );
      return page(theirs, paging);
    },
    async isMember(userId, organizationId) {
      const found = await db
        .selectFrom('organization_members')
        .where('user_id', '=', userId)
        .where('organization_id', '=', organizationId)
        .select('user_id')
        .executeTakeFirst();
      return found !== undefined;
    },
  };
}

/** A condition on `organizations`: the one that a name in any case, an id or `default` means. */
function organizationIs(ref: string) {
  if (ref === 'default') return sql<boolean>`organizations.is_default`;
  return isUuid(ref)
    ? sql<boolean>`organizations.id = ${ref}::uuid`
    : sql<boolean>`lower(organizations.name) = ${ref.toLowerCase()}`;
}

export function organizationNotFound(ref: string): ApiError {
  return new ApiError('NOT_FOUND', {
    message: `Organization ${JSON.stringify(ref)} does not exist, or you may not see it.`,
  });
}

export function presentOrganization(row: Row): Organization {
  return {
    id: row.id,
    name: row.name,
    display_name: row.display_name,
    description: row.description,
    icon: row.icon,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    is_default: row.is_default,
  };
}

/**
 * Throws when an organization is deleted. To be called in the transaction that has inserted something of it: the foreign key
 * holds its row, and who deletes it locks it first, so that either this sees the deletion or the deletion what was inserted.
 */
export async function refuseDeletedOrganization(trx: Db, organizationId: string): Promise<void> {
  const found = await trx
    .selectFrom('organizations')
    .where('id', '=', organizationId)
    .where('deleted', '=', false)
    .select('id')
    .executeTakeFirst();
  if (!found) {
    throw new ApiError('CONFLICT', {
      message: 'The organization has just been deleted.',
      detail: 'Choose another organization.',
    });
  }
}

/** The id of the default organization, which is made if there is none. */
export async function ensureDefaultOrganization(trx: Transaction<Tables>, now: Date): Promise<string> {
  await trx
    .insertInto('organizations')
    .values({
      id: randomUUID(),
      name: 'coder',
      display_name: 'Coder',
      is_default: true,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await trx
    .selectFrom('organizations')
    .where('is_default', '=', true)
    .select('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
