import {
  ApiError,
  DEFAULT_PAGE_SIZE,
  isUuid,
  type MinimalUser,
  type Organization,
  type OrganizationMember,
  type OrganizationMembership,
} from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize, mayKnowOf } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, isUniqueViolation, notify } from '../database/index.ts';
import { changeMember } from './change-member.ts';
import type { Forget } from './forget.ts';
import { assignableRoles, refuseRoles } from './member-roles.ts';
import { type MemberRow, matching, presentMember, presentMembership, selectMembers } from './member-rows.ts';
import { type Organizations, refuseDeletedOrganization } from './organizations.ts';
import { refuseSelfEntry } from './self-entry.ts';

type Page = { limit?: number | undefined; offset?: number | undefined; after_id?: string | undefined };
type Membership = { membership: OrganizationMembership; username: string; organization: Organization };

export type Members = {
  /** By name, as many as a page has. */
  list(actor: Actor, ref: string, page: Page): Promise<OrganizationMember[]>;
  /** The same with a search and the number there is in all. */
  paginated(
    actor: Actor,
    ref: string,
    page: Page & { q?: string | undefined },
  ): Promise<{ members: OrganizationMember[]; count: number }>;
  get(actor: Actor, ref: string, user: string): Promise<OrganizationMember>;
  /** Whom the actor may create workspaces for. Throws FORBIDDEN for who may for none but themselves. */
  availableUsers(
    actor: Actor,
    ref: string,
    user: string,
    page: Page & { q?: string | undefined },
  ): Promise<MinimalUser[]>;
  roles(actor: Actor, ref: string): Promise<ReturnType<typeof assignableRoles>>;
  /** Throws NOT_FOUND for a user the actor may not see, CONFLICT for one who is a member, FORBIDDEN as {@link refuseSelfEntry}. */
  add(actor: Actor, ref: string, user: string): Promise<Membership>;
  /** Throws CONFLICT while the member has workspaces in the organization, and BAD_REQUEST for the actor itself. */
  remove(actor: Actor, ref: string, user: string): Promise<Membership>;
  /** Throws FORBIDDEN for a role that is not the actor's to give or take, and BAD_REQUEST for the actor itself. */
  setRoles(
    actor: Actor,
    ref: string,
    user: string,
    roles: readonly string[],
  ): Promise<Membership & { before: string[] }>;
};

export type MembersDeps = { db: Db; clock: Clock; organizations: Organizations; forget: Forget };

/** Who belongs to which organization, with which roles. What changes holds from the member's next call on. */
export function createMembers({ db, clock, organizations, forget }: MembersDeps): Members {
  async function readable(actor: Actor, ref: string): Promise<Organization> {
    const organization = await organizations.get(actor, ref);
    // A narrow token sees its user's own row; who may see everybody's sees the list.
    authorize(actor, 'read', {
      type: 'organization_member',
      organizationId: organization.id,
      ownerId: actor.user.id,
    });
    return organization;
  }

  const page = (query: ReturnType<typeof selectMembers>, { limit, offset = 0, after_id: after }: Page) =>
    query
      .$if(after !== undefined, (rows) =>
        rows.where(
          sql<boolean>`lower(users.username) > (select lower(username) from users u where u.id = ${after})`,
        ),
      )
      .orderBy(sql`lower(users.username)`)
      .limit(limit || DEFAULT_PAGE_SIZE)
      .offset(offset)
      .execute();

  /** The member whom a path names, if the actor may know of it. */
  async function find(
    actor: Actor,
    ref: string,
    user: string,
  ): Promise<{ organization: Organization; row: MemberRow }> {
    const organization = await readable(actor, ref);
    const row = await selectMembers(db, actor, organization.id).where(userIs(actor, user)).executeTakeFirst();
    if (row) return { organization, row };
    throw new ApiError('NOT_FOUND', {
      message: `User ${JSON.stringify(user)} is no member of the organization "${organization.name}", or you may not see it.`,
    });
  }

  return {
    async list(actor, ref, paging) {
      const { id } = await readable(actor, ref);
      const rows = await page(selectMembers(db, actor, id), paging);
      return rows.map((row) => presentMember(actor, row));
    },

    async paginated(actor, ref, { q, ...paging }) {
      const { id } = await readable(actor, ref);
      const query = matching(selectMembers(db, actor, id), q);
      const { count } = await query
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const rows = await page(query, paging);
      return { members: rows.map((row) => presentMember(actor, row)), count };
    },

    get: async (actor, ref, user) => presentMember(actor, (await find(actor, ref, user)).row),

    async availableUsers(actor, ref, user, { q, ...paging }) {
      const { id } = await organizations.get(actor, ref);
      authorize(actor, 'create', { type: 'workspace', organizationId: id });
      await find(actor, ref, user);
      const active = selectMembers(db, actor, id).where('users.status', '<>', 'suspended');
      const rows = await page(matching(active, q), paging);
      return rows.map((row) => ({
        id: row.user_id,
        username: row.username,
        name: row.name,
        avatar_url: row.avatar_url,
      }));
    },

    async roles(actor, ref) {
      const { id } = await organizations.get(actor, ref);
      authorize(actor, 'read', { type: 'assign_org_role', organizationId: id });
      return assignableRoles(actor, id);
    },

    async add(actor, ref, reference) {
      const organization = await organizations.get(actor, ref);
      const { id: organizationId } = organization;
      authorize(actor, 'create', { type: 'organization_member', organizationId });
      const user = await db
        .selectFrom('users')
        .where('deleted', '=', false)
        .where(userIs(actor, reference))
        .select(['id', 'username'])
        .executeTakeFirst();
      if (!user || (user.id !== actor.user.id && !mayKnowOf(actor, { type: 'user', id: user.id }))) {
        throw new ApiError('NOT_FOUND', {
          message: `User ${JSON.stringify(reference)} does not exist, or you may not see it.`,
        });
      }
      const now = clock.now();
      const membership = {
        user_id: user.id,
        organization_id: organizationId,
        roles: [],
        created_at: now,
        updated_at: now,
      };
      try {
        await inTransaction(db, async (trx) => {
          await trx.insertInto('organization_members').values(membership).execute();
          if (user.id === actor.user.id) {
            const place = `the organization "${organization.name}"`;
            await refuseSelfEntry(trx, actor, { groupId: organizationId, place });
          }
          await refuseDeletedOrganization(trx, organizationId);
          await notify(trx, 'user_changed', user.id);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw new ApiError('CONFLICT', {
          message: `${user.username} is already a member of the organization "${organization.name}".`,
          detail: 'Change the roles of the member instead.',
        });
      }
      forget.user(user.id);
      return { membership: presentMembership(membership), username: user.username, organization };
    },

    async remove(actor, ref, reference) {
      const { organization, row } = await find(actor, ref, reference);
      const { id: organizationId } = organization;
      authorize(actor, 'delete', { type: 'organization_member', organizationId, ownerId: row.user_id });
      if (row.user_id === actor.user.id) {
        throw new ApiError('BAD_REQUEST', {
          message: 'You cannot remove yourself from an organization.',
          detail: 'Ask another administrator of the organization to remove you.',
        });
      }
      await inTransaction(db, async (trx) => {
        // A workspace that is being created holds this row, so it is either counted here or refused there.
        const held = await trx
          .selectFrom('organization_members')
          .where('organization_id', '=', organizationId)
          .where('user_id', '=', row.user_id)
          .forUpdate()
          .select('roles')
          .executeTakeFirst();
        refuseRoles(actor, organizationId, held?.roles ?? []);
        const { count } = await trx
          .selectFrom('workspaces')
          .where('organization_id', '=', organizationId)
          .where('owner_id', '=', row.user_id)
          .where('deleted', '=', false)
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (count > 0) {
          throw new ApiError('CONFLICT', {
            message: `${row.username} has ${count} workspace${count === 1 ? '' : 's'} in the organization "${organization.name}".`,
            detail: `Delete ${count === 1 ? 'it' : 'them'} first, then remove the member.`,
          });
        }
        await trx
          .deleteFrom('organization_members')
          .where('organization_id', '=', organizationId)
          .where('user_id', '=', row.user_id)
          .execute();
        await notify(trx, 'user_changed', row.user_id);
      });
      forget.user(row.user_id);
      return { membership: presentMembership(row), username: row.username, organization };
    },

    async setRoles(actor, ref, reference, roles) {
      const { organization, row } = await find(actor, ref, reference);
      const { id: organizationId } = organization;
      authorize(actor, 'assign', { type: 'assign_org_role', organizationId });
      if (row.user_id === actor.user.id) {
        throw new ApiError('BAD_REQUEST', {
          message: 'You cannot change your own organization roles.',
          detail: 'Ask another administrator of the organization to change them.',
        });
      }
      const wanted = [...new Set(roles)].filter((role) => role !== 'organization-member');
      const now = clock.now();
      const { user_id: userId, username } = row;
      const { roles: before } = await inTransaction(db, async (trx) => {
        const held = await changeMember(trx, { organizationId, userId, username }, now, (member) => {
          refuseRoles(actor, organizationId, member.roles, wanted);
          return { roles: wanted };
        });
        await notify(trx, 'user_changed', userId);
        return held;
      });
      forget.user(row.user_id);
      const membership = presentMembership({ ...row, roles: wanted, updated_at: now });
      return { membership, username: row.username, organization, before };
    },
  };
}

/** A condition on `users`: the one that `me`, an id or a name in any case means. */
function userIs(actor: Actor, ref: string) {
  const id = ref.toLowerCase() === 'me' ? actor.user.id : isUuid(ref) ? ref : undefined;
  return id === undefined
    ? sql<boolean>`lower(users.username) = ${ref.toLowerCase()}`
    : sql<boolean>`users.id = ${id}::uuid`;
}
