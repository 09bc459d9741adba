import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type createTemplateSchema,
  MAX_PAGE_SIZE,
  parseDuration,
  type Template,
  type TemplateManifest,
  type updateTemplateSchema,
} from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize, visible, visibleSql } from '../authorization/index.ts';
import { type Db, inTransaction, isUniqueViolation } from '../database/index.ts';
import { refuseDeletedOrganization } from '../organizations/index.ts';
import type { TemplatesDeps } from './deps.ts';
import { importState } from './load-version.ts';
import { parseTemplateQuery } from './search.ts';
import { presentTemplates, selectTemplates, type TemplateRow } from './template-rows.ts';

type CreateTemplate = z.output<typeof createTemplateSchema>;
type UpdateTemplate = z.output<typeof updateTemplateSchema>;
type Filter = {
  q?: string | undefined;
  deprecated?: boolean | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  after_id?: string | undefined;
};

export type Templates = {
  /** Those the actor may see and the filter lets through, by name, as many as a page has. */
  list(actor: Actor, filter: Filter, organization?: string): Promise<Template[]>;
  /** Makes a template of an imported version; what the request leaves out is taken from the manifest. */
  create(actor: Actor, organization: string, request: CreateTemplate): Promise<Template>;
  get(actor: Actor, id: string): Promise<Template>;
  getByName(actor: Actor, organization: string, name: string): Promise<Template>;
  update(actor: Actor, id: string, change: UpdateTemplate): Promise<{ before: TemplateRow; after: Template }>;
  /** Throws BAD_REQUEST while there are workspaces of it. Returns the name it had. */
  delete(actor: Actor, id: string): Promise<string>;
  /** Makes an imported version of this template the active one. Returns the names of both. */
  activate(actor: Actor, id: string, versionId: string): Promise<{ template: string; version: string }>;
};

/** Templates as their managers and users see them; what an actor may not see is NOT_FOUND. */
export function createTemplates({ db, clock, organizations }: TemplatesDeps): Templates {
  async function find(
    actor: Actor,
    where: RawBuilder<unknown>,
    action: 'read' | 'update' | 'delete' = 'read',
    from: Db = db,
  ) {
    const [row] = await selectTemplates(from, sql`where not t.deleted and ${where}`);
    if (!row) throw new ApiError('NOT_FOUND');
    authorize(actor, action, { type: 'template', id: row.id, organizationId: row.organization_id });
    return row;
  }

  const byId = (id: string) => sql`t.id = ${id}`;
  /** The template as it is, and as nobody else changes it until the transaction ends. */
  async function hold(trx: Db, actor: Actor, id: string, action: 'update' | 'delete') {
    // Who makes a workspace of it holds its key; only a deletion is to wait for that.
    await sql`select from templates where id = ${id} for ${sql.raw(action === 'delete' ? 'update' : 'no key update')}`.execute(
      trx,
    );
    return find(actor, byId(id), action, trx);
  }

  const present = async (actor: Actor, row: TemplateRow) => (await presentTemplates(db, [row], actor))[0]!;

  return {
    async list(actor, { q = '', deprecated, limit, offset = 0, after_id: after }, organization) {
      const { conditions, deleted } = parseTemplateQuery(q, actor);
      const all: RawBuilder<unknown>[] = [
        visibleSql(visible(actor, 'template'), { id: 't.id', organization: 't.organization_id' }),
        sql`t.deleted = ${deleted}::boolean`,
        ...conditions,
      ];
      if (deprecated !== undefined) all.push(sql`(t.deprecation_message <> '') = ${deprecated}::boolean`);
      if (organization !== undefined) {
        all.push(sql`t.organization_id = ${(await organizations.get(actor, organization)).id}`);
      }
      if (after !== undefined) {
        all.push(sql`(lower(t.name), t.id) > (select lower(name), id from templates where id = ${after})`);
      }
      const rows = await selectTemplates(
        db,
        sql`where ${sql.join(all, sql` and `)} order by lower(t.name), t.id
          limit ${limit || MAX_PAGE_SIZE} offset ${offset}`,
      );
      return presentTemplates(db, rows, actor);
    },

    async create(actor, organization, request) {
      const { id: organizationId } = await organizations.get(actor, organization);
      authorize(actor, 'create', { type: 'template', organizationId });
      const id = randomUUID();
      try {
        await inTransaction(db, (trx) =>
          insert(trx, { id, organizationId, userId: actor.user.id, now: clock.now() }, request),
        );
      } catch (error) {
        throw isUniqueViolation(error, 'templates_name') ? nameTaken(request.name) : error;
      }
      const [row] = await selectTemplates(db, sql`where ${byId(id)}`);
      return present(actor, row!);
    },

    get: async (actor, id) => present(actor, await find(actor, byId(id))),

    async getByName(actor, organization, name) {
      const { id } = await organizations.get(actor, organization);
      const where = sql`t.organization_id = ${id} and lower(t.name) = ${name.toLowerCase()}`;
      const row = await find(actor, where).catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'NOT_FOUND') throw error;
        throw new ApiError('NOT_FOUND', { message: `There is no template "${name}" that you can see.` });
      });
      return present(actor, row);
    },

    async update(actor, id, change) {
      try {
        const before = await inTransaction(db, async (trx) => {
          const held = await hold(trx, actor, id, 'update');
          await trx
            .updateTable('templates')
            .set({ ...change, updated_at: clock.now() })
            .where('id', '=', id)
            .execute();
          // Who has a port open that may be shared no longer so far is told at once.
          if (change.max_port_share_level !== undefined) await tellPortShares(trx, id);
          return held;
        });
        return { before, after: await present(actor, await find(actor, byId(id))) };
      } catch (error) {
        throw isUniqueViolation(error, 'templates_name') ? nameTaken(change.name ?? '') : error;
      }
    },

    async delete(actor, id) {
      return inTransaction(db, async (trx) => {
        // A workspace that is being created holds its template, so it is either counted here or refused there.
        const { name } = await hold(trx, actor, id, 'delete');
        const { count } = await trx
          .selectFrom('workspaces')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('template_id', '=', id)
          .where('deleted', '=', false)
          .executeTakeFirstOrThrow();
        if (count > 0) {
          const one = count === 1;
          throw new ApiError('CONFLICT', {
            // Upstream's status, which its clients know.
            status: 400,
            message: `The template "${name}" has ${count} workspace${one ? '' : 's'}.`,
            detail: `Delete ${one ? 'it' : 'them'} first, then the template.`,
          });
        }
        await trx
          .updateTable('templates')
          .set({ deleted: true, updated_at: clock.now() })
          .where('id', '=', id)
          .execute();
        return name;
      });
    },

    async activate(actor, id, versionId) {
      return inTransaction(db, async (trx) => {
        // Who archives versions holds the template too, so a version that is found here in use stays that.
        const template = await hold(trx, actor, id, 'update');
        const version = await importedVersion(trx, versionId, 'id');
        if (version.template_id !== id)
          throw wrongVersion('id', `is not a version of the template "${template.name}"`);
        if (version.archived) throw wrongVersion('id', 'is archived');
        await trx
          .updateTable('templates')
          .set({ active_version_id: versionId, updated_at: clock.now() })
          .where('id', '=', id)
          .execute();
        return { template: template.name, version: version.name };
      });
    },
  };
}

type Creation = { id: string; organizationId: string; userId: string; now: Date };

async function insert(
  trx: Db,
  { id, organizationId, userId, now }: Creation,
  request: CreateTemplate,
): Promise<void> {
  const field = 'template_version_id';
  const { [field]: versionId, name, ...settings } = request;
  await sql`select from template_versions where id = ${versionId} for update`.execute(trx);
  const version = await importedVersion(trx, versionId, field);
  if (version.organization_id !== organizationId)
    throw wrongVersion(field, 'belongs to another organization');
  if (version.template_id !== null) throw wrongVersion(field, 'belongs to another template already');
  await trx
    .insertInto('templates')
    .values({
      id,
      organization_id: organizationId,
      name,
      ...fromManifest(version.manifest as TemplateManifest),
      ...settings,
      active_version_id: versionId,
      created_by: userId,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await refuseDeletedOrganization(trx, organizationId);
  await trx.updateTable('template_versions').set({ template_id: id }).where('id', '=', versionId).execute();
}

async function tellPortShares(trx: Db, templateId: string): Promise<void> {
  await sql`
    select pg_notify('port_share_changed', id::text) from workspaces w
    where template_id = ${templateId} and exists (select from workspace_port_shares s where s.workspace_id = w.id)`.execute(
    trx,
  );
}

/** What the manifest says of its template, for what the one who creates it does not. */
function fromManifest({ display_name: displayName, description, icon, schedule }: TemplateManifest) {
  const ms = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));
  return {
    display_name: displayName,
    description,
    icon,
    default_ttl_ms: ms(schedule.default_ttl),
    activity_bump_ms: ms(schedule.activity_bump),
    failure_ttl_ms: ms(schedule.failure_ttl),
  };
}

async function importedVersion(db: Db, id: string, field: string) {
  const version = await db
    .selectFrom('template_versions as v')
    .innerJoin('provisioner_jobs as j', 'j.id', 'v.job_id')
    .select([
      'v.name',
      'v.template_id',
      'v.organization_id',
      'v.archived',
      'v.manifest',
      'j.status',
      'j.error',
    ])
    .where('v.id', '=', id)
    .executeTakeFirst();
  if (!version) throw wrongVersion(field, 'names no template version');
  if (version.status !== 'succeeded') throw wrongVersion(field, `cannot be used. ${importState(version)}`);
  return version;
}

function wrongVersion(field: string, detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
}

function nameTaken(name: string): ApiError {
  return new ApiError('CONFLICT', {
    message: `There is already a template "${name}" in this organization.`,
    validations: [{ field: 'name', detail: 'is taken by another template' }],
  });
}
