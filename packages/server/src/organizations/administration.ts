import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type createOrganizationSchema,
  type Organization,
  type updateOrganizationSchema,
} from '@coder/api';
import { type Selectable, sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, isUniqueViolation, notify, type Tables } from '../database/index.ts';
import type { Forget } from './forget.ts';
import { type Organizations, organizationNotFound, presentOrganization } from './organizations.ts';

type Change = { before: Organization; after: Organization };

export type Administration = {
  /** Throws CONFLICT for a name in use. */
  create(actor: Actor, input: z.infer<typeof createOrganizationSchema>): Promise<Organization>;
  update(actor: Actor, ref: string, input: z.infer<typeof updateOrganizationSchema>): Promise<Change>;
  /**
   * Deletes an organization with its memberships and groups. Throws BAD_REQUEST for the default one, of which there is always
   * one, and CONFLICT while it has workspaces or templates.
   */
  delete(actor: Actor, ref: string): Promise<Organization>;
};

export type AdministrationDeps = { db: Db; clock: Clock; organizations: Organizations; forget: Forget };

/** What changes organizations themselves. */
export function createAdministration({
  db,
  clock,
  organizations,
  forget,
}: AdministrationDeps): Administration {
  const taken = (error: unknown, name: string | undefined) =>
    isUniqueViolation(error, 'organizations_name')
      ? new ApiError('CONFLICT', {
          message: `Organization "${name}" already exists.`,
          validations: [{ field: 'name', detail: 'this name is already in use' }],
        })
      : error;

  return {
    async create(actor, { name, display_name, ...rest }) {
      authorize(actor, 'create', { type: 'organization' });
      const now = clock.now();
      try {
        const row = await db
          .insertInto('organizations')
          .values({
            id: randomUUID(),
            name,
            display_name: display_name || name,
            ...rest,
            created_at: now,
            updated_at: now,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return presentOrganization(row);
      } catch (error) {
        throw taken(error, name);
      }
    },

    async update(actor, ref, input) {
      const { id } = await organizations.get(actor, ref);
      authorize(actor, 'update', { type: 'organization', id });
      try {
        return await inTransaction(db, async (trx) => {
          const before = await hold(trx, id, ref);
          const after = await trx
            .updateTable('organizations')
            .set({ ...input, updated_at: clock.now() })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirstOrThrow();
          return { before: presentOrganization(before), after: presentOrganization(after) };
        });
      } catch (error) {
        throw taken(error, input.name);
      }
    },

    async delete(actor, ref) {
      const { id, is_default: isDefault } = await organizations.get(actor, ref);
      authorize(actor, 'delete', { type: 'organization', id });
      if (isDefault) {
        throw new ApiError('BAD_REQUEST', {
          message: 'The default organization cannot be deleted: new users become members of it.',
          detail:
            'Delete another organization, or empty this one: its members, groups and templates can be removed.',
        });
      }
      const deleted = await inTransaction(db, async (trx) => {
        const row = await hold(trx, id, ref);
        await refuseFilled(trx, row);
        await trx.deleteFrom('organization_members').where('organization_id', '=', id).execute();
        await trx.deleteFrom('groups').where('organization_id', '=', id).execute();
        await trx
          .updateTable('organizations')
          .set({ deleted: true, updated_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await notify(trx, 'group_changed', id);
        return row;
      });
      forget.group(id);
      return presentOrganization(deleted);
    },
  };
}

/** Locks an organization until the transaction ends. Throws NOT_FOUND when it was deleted meanwhile. */
async function hold(trx: Db, id: string, ref: string): Promise<Selectable<Tables['organizations']>> {
  const row = await trx
    .selectFrom('organizations')
    .where('id', '=', id)
    .where('deleted', '=', false)
    .forUpdate()
    .selectAll()
    .executeTakeFirst();
  if (!row) throw organizationNotFound(ref);
  return row;
}

async function refuseFilled(db: Db, { id, name }: Selectable<Tables['organizations']>): Promise<void> {
  const { rows } = await sql<{ workspaces: number; templates: number }>`
    select (select count(*) from workspaces where organization_id = ${id} and not deleted) as workspaces,
      (select count(*) from templates where organization_id = ${id} and not deleted) as templates`.execute(
    db,
  );
  const { workspaces = 0, templates = 0 } = rows[0] ?? {};
  if (workspaces + templates === 0) return;
  const some = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  throw new ApiError('CONFLICT', {
    message: `Organization "${name}" has ${some(workspaces, 'workspace')} and ${some(templates, 'template')}.`,
    detail: 'Delete them first, then the organization.',
  });
}
