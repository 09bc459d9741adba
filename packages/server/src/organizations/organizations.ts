import { randomUUID } from 'node:crypto';
import {
  ApiError,
  DEFAULT_PAGE_SIZE,
  isUuid,
  type Organization,
  type organizationMemberSchema,
} from '@coder/api';
import type { Selectable, Transaction } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize, presentRole, visible, visibleSql } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';

type OrganizationMember = z.infer<typeof organizationMemberSchema>;
type Row = Selectable<Tables['organizations']>;
type Paging = { limit?: number | undefined; offset?: number | undefined; after_id?: string | undefined };

export type Organizations = {
  /** Those the actor may read, the default one first. */
  list(actor: Actor): Promise<Organization[]>;
  /** By name, id or `default`. Throws NOT_FOUND when there is none or the actor may not read it. */
  get(actor: Actor, ref: string): Promise<Organization>;
  /** Those a user belongs to and the actor may read. */
  ofUser(actor: Actor, userId: string): Promise<Organization[]>;
  /** Throws NOT_FOUND or FORBIDDEN. */
  members(actor: Actor, ref: string, paging: Paging): Promise<OrganizationMember[]>;
};

export function createOrganizations({ db }: { db: Db }): Organizations {
  const readable = (actor: Actor) =>
    db
      .selectFrom('organizations')
      .selectAll()
      .where(
        visibleSql(visible(actor, 'organization'), {
          id: 'organizations.id',
          organization: 'organizations.id',
        }),
      )
      .orderBy('is_default', 'desc')
      .orderBy('name');

  /** What everybody may do with any token: see the organizations they belong to. */
  const readableOrOwn = (actor: Actor) => readable({ ...actor, key: { ...actor.key, permissions: 'all' } });

  async function get(actor: Actor, ref: string): Promise<Row> {
    const query = readableOrOwn(actor);
    const row = await (ref === 'default'
      ? query.where('is_default', '=', true)
      : isUuid(ref)
        ? query.where('id', '=', ref)
        : query.where((eb) => eb(eb.fn<string>('lower', ['name']), '=', ref.toLowerCase()))
    ).executeTakeFirst();
    if (!row) {
      throw new ApiError('NOT_FOUND', {
        message: `Organization ${JSON.stringify(ref)} does not exist, or you may not see it.`,
      });
    }
    return row;
  }

  return {
    list: async (actor) => (await readableOrOwn(actor).execute()).map(presentOrganization),
    get: async (actor, ref) => presentOrganization(await get(actor, ref)),
    async ofUser(actor, userId) {
      const rows = await readableOrOwn(actor)
        .where('organizations.id', 'in', (eb) =>
          eb.selectFrom('organization_members').select('organization_id').where('user_id', '=', userId),
        )
        .execute();
      return rows.map(presentOrganization);
    },
    async members(actor, ref, { limit, offset = 0, after_id }) {
      const { id: organizationId } = await get(actor, ref);
      // Members see their own row; who may see everybody's sees the list.
      authorize(actor, 'read', {
        type: 'organization_member',
        organizationId,
        ownerId: actor.user.id,
      });
      const rows = await db
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
        .$if(after_id !== undefined, (query) =>
          query.where((eb) =>
            eb(
              eb.fn<string>('lower', ['users.username']),
              '>',
              eb
                .selectFrom('users as before')
                .select((inner) => inner.fn<string>('lower', ['before.username']).as('name'))
                .where('before.id', '=', after_id ?? ''),
            ),
          ),
        )
        .orderBy((eb) => eb.fn('lower', ['users.username']))
        .limit(limit || DEFAULT_PAGE_SIZE)
        .offset(offset)
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
        ])
        .execute();
      return rows.map(({ rbac_roles, ...row }) => ({
        ...row,
        created_at: row.created_at.toISOString(),
        updated_at: row.updated_at.toISOString(),
        roles: row.roles.map((name) => presentRole(name, row.organization_id)),
        global_roles: rbac_roles.map((name) => presentRole(name)),
      }));
    },
  };
}

function presentOrganization(row: Row): Organization {
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
