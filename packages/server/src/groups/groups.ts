import { randomUUID } from 'node:crypto';
import {
  type Action,
  ApiError,
  type createGroupSchema,
  DEFAULT_PAGE_SIZE,
  type Group,
  isUuid,
  type ReducedUser,
  type updateGroupSchema,
} from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, isUniqueViolation, notify } from '../database/index.ts';
import { type Forget, type Organizations, refuseDeletedOrganization } from '../organizations/index.ts';
import { changeMembers, type MemberChanges } from './change-members.ts';
import {
  type GroupRow,
  isVisible,
  presentGroups,
  presentReducedUser,
  selectGroupMembers,
  selectGroups,
} from './group-rows.ts';

type Page = { limit?: number | undefined; offset?: number | undefined; after_id?: string | undefined };
type Filter = Page & {
  organization?: string | undefined;
  has_member?: string | undefined;
  group_ids?: string | undefined;
};

export type Groups = {
  /** Those the actor may see, by organization and name. */
  list(actor: Actor, filter: Filter): Promise<Group[]>;
  get(actor: Actor, id: string): Promise<Group>;
  getByName(actor: Actor, organization: string, name: string): Promise<Group>;
  members(actor: Actor, id: string, page: Page): Promise<{ users: ReducedUser[]; count: number }>;
  /** Throws CONFLICT for a name in use. */
  create(actor: Actor, organization: string, input: z.infer<typeof createGroupSchema>): Promise<Group>;
  /** Throws BAD_REQUEST for what cannot be changed about the group of all members. */
  update(
    actor: Actor,
    id: string,
    input: z.infer<typeof updateGroupSchema>,
  ): Promise<{ before: GroupRow; after: Group } & MemberChanges>;
  /** Throws BAD_REQUEST for the group of all members. */
  delete(actor: Actor, id: string): Promise<GroupRow>;
};

export type GroupsDeps = { db: Db; clock: Clock; organizations: Organizations; forget: Forget };

/** Groups of the members of an organization. What changes holds from each member's next call on. */
export function createGroups({ db, clock, organizations, forget }: GroupsDeps): Groups {
  async function find(actor: Actor, id: string, action: Action<'group'> = 'read'): Promise<GroupRow> {
    const [row] = await selectGroups(db, sql`where g.id = ${id}`);
    if (!row) throw new ApiError('NOT_FOUND');
    authorize(actor, action, { type: 'group', id, organizationId: row.organization_id });
    return row;
  }

  const present = async (actor: Actor, row: GroupRow | undefined): Promise<Group> => {
    const [group] = row ? await presentGroups(db, actor, [row]) : [];
    if (!group) throw new ApiError('NOT_FOUND');
    return group;
  };

  return {
    async list(actor, { organization, has_member: member, group_ids: ids, limit, offset = 0 }) {
      const all: RawBuilder<unknown>[] = [isVisible(actor)];
      if (organization !== undefined) {
        all.push(sql`g.organization_id = ${(await organizations.get(actor, organization)).id}`);
      }
      if (ids !== undefined) all.push(sql`g.id = any(${idList(ids)}::uuid[])`);
      if (member !== undefined) {
        const id = member === 'me' ? actor.user.id : isUuid(member) ? member : undefined;
        all.push(sql`exists (select from group_membership m join users u on u.id = m.user_id
          where m.group_id = g.id and not u.deleted
            and ${id === undefined ? sql`lower(u.username) = ${member.toLowerCase()}` : sql`u.id = ${id}`})`);
      }
      const rows = await selectGroups(
        db,
        sql`where ${sql.join(all, sql` and `)} order by lower(o.name), lower(g.name), g.id
          limit ${limit || DEFAULT_PAGE_SIZE} offset ${offset}`,
      );
      return presentGroups(db, actor, rows);
    },

    get: async (actor, id) => present(actor, await find(actor, id)),

    async getByName(actor, organization, name) {
      const { id, name: organizationName } = await organizations.get(actor, organization);
      const [row] = await selectGroups(
        db,
        sql`where g.organization_id = ${id} and lower(g.name) = ${name.toLowerCase()} and ${isVisible(actor)}`,
      );
      if (row) return present(actor, row);
      throw new ApiError('NOT_FOUND', {
        message: `There is no group ${JSON.stringify(name)} in the organization "${organizationName}" that you can see.`,
      });
    },

    async members(actor, id, { limit, offset, after_id }) {
      const { total_member_count: count } = await find(actor, id);
      const rows = await selectGroupMembers(db, [id], {
        limit: limit || DEFAULT_PAGE_SIZE,
        offset: offset ?? 0,
        afterId: after_id,
      });
      return { users: rows.map((row) => presentReducedUser(actor, row)), count };
    },

    async create(actor, ref, { name, ...fields }) {
      const { id: organizationId } = await organizations.get(actor, ref);
      authorize(actor, 'create', { type: 'group', organizationId });
      const id = randomUUID();
      const now = clock.now();
      try {
        await inTransaction(db, async (trx) => {
          await trx
            .insertInto('groups')
            .values({
              id,
              organization_id: organizationId,
              name,
              ...fields,
              created_at: now,
              updated_at: now,
            })
            .execute();
          await refuseDeletedOrganization(trx, organizationId);
        });
      } catch (error) {
        throw nameTaken(error, name);
      }
      const [row] = await selectGroups(db, sql`where g.id = ${id}`);
      return present(actor, row);
    },

    async update(actor, id, { add_users = [], remove_users = [], ...fields }) {
      const found = await find(actor, id, 'update');
      const { quota_allowance: _, ...descriptive } = fields;
      const isDescribed = Object.keys(descriptive).length > 0;
      if (isEveryone(found) && (isDescribed || add_users.length + remove_users.length > 0)) {
        throw new ApiError('BAD_REQUEST', {
          message: `The group "${found.name}" is all members of the organization: only its quota can be changed.`,
          detail: 'Add and remove members of the organization instead.',
        });
      }
      try {
        const { row, ...change } = await inTransaction(db, async (trx) => {
          const now = clock.now();
          const [before] = await selectGroups(trx, sql`where g.id = ${id} for no key update of g`);
          if (!before) throw new ApiError('NOT_FOUND');
          await trx
            .updateTable('groups')
            .set({ ...fields, updated_at: now })
            .where('id', '=', id)
            .execute();
          const members = await changeMembers(trx, actor, before, {
            add: add_users,
            remove: remove_users,
            now,
          });
          const [row] = await selectGroups(trx, sql`where g.id = ${id}`);
          return { before, row, ...members };
        });
        for (const { id: userId } of [...change.added, ...change.removed]) forget.user(userId);
        return { ...change, after: await present(actor, row) };
      } catch (error) {
        throw nameTaken(error, fields.name);
      }
    },

    async delete(actor, id) {
      const row = await find(actor, id, 'delete');
      if (isEveryone(row)) {
        throw new ApiError('BAD_REQUEST', {
          message: `The group "${row.name}" is all members of the organization and cannot be deleted.`,
          detail: 'Remove from the organization who should not belong to it, or delete another group.',
        });
      }
      await inTransaction(db, async (trx) => {
        const shared = await trx
          .selectFrom('workspace_shares')
          .where('group_id', '=', id)
          .select('workspace_id')
          .execute();
        await trx.deleteFrom('groups').where('id', '=', id).execute();
        await notify(trx, 'group_changed', id);
        for (const { workspace_id } of shared) await notify(trx, 'workspace_changed', workspace_id);
      });
      forget.group(id);
      return row;
    },
  };
}

function idList(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.every(isUuid)) return ids;
  throw new ApiError('VALIDATION_FAILED', {
    validations: [{ field: 'group_ids', detail: 'must be ids of groups, separated by commas' }],
  });
}

const isEveryone = (row: GroupRow) => row.id === row.organization_id;

function nameTaken(error: unknown, name: string | undefined): unknown {
  if (!isUniqueViolation(error, 'groups_name')) return error;
  return new ApiError('CONFLICT', {
    message: `A group named "${name}" already exists.`,
    validations: [{ field: 'name', detail: 'this name is already in use in the organization' }],
  });
}
