import { ApiError, type TemplateExample, type TemplateVersion } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import { type Db, inTransaction } from '../database/index.ts';
import { cancelOpenJob } from '../jobs/index.ts';
import type { TemplatesDeps } from './deps.ts';
import { authorizeTemplate, findVersion, noSuchVersion } from './find-version.ts';
import { presentVersion, selectVersions } from './version-rows.ts';

type Names = { readonly organization: string; readonly name: string; readonly version: string };

export type TemplateUpkeep = {
  /** The starter templates; of an organization, if the actor may see that. */
  examples(actor: Actor, organization?: string): Promise<TemplateExample[]>;
  /** A version by names in any case. */
  byNames(actor: Actor, names: Names): Promise<TemplateVersion>;
  /** The version of the same template that was made before. Throws NOT_FOUND when there is none. */
  previous(actor: Actor, names: Names): Promise<TemplateVersion>;
  /** Archives the versions whose import has failed, or all that are not in use. Returns the template's name and their ids. */
  archiveUnused(
    actor: Actor,
    templateId: string,
    all: boolean,
  ): Promise<{ name: string; archivedIds: string[] }>;
  /** Each returns the name of the version. */
  archive(actor: Actor, id: string): Promise<string>;
  unarchive(actor: Actor, id: string): Promise<string>;
  /** Ends an import that waits or runs. Throws CONFLICT when it is over. */
  cancel(actor: Actor, id: string): Promise<string>;
};

/** What keeps a template's versions in order. */
export function createTemplateUpkeep(
  deps: Pick<TemplatesDeps, 'db' | 'clock' | 'organizations' | 'starters'>,
): TemplateUpkeep {
  const { db, clock, organizations, starters } = deps;

  async function find(actor: Actor, { organization, name, version }: Names) {
    const { id: organizationId } = await organizations.get(actor, organization);
    const template = await db
      .selectFrom('templates')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where(sql`lower(name)`, '=', name.toLowerCase())
      .where('deleted', '=', false)
      .executeTakeFirst();
    // One answer, whether there is no such template or one that the caller may not see.
    const missing = new ApiError('NOT_FOUND', {
      message: `There is no template "${name}" that you can see.`,
      detail: 'Check the name and the organization against the list of templates.',
    });
    if (!template) throw missing;
    await authorizeTemplate(db, actor, template.id, 'read').catch((error: unknown) => {
      throw error instanceof ApiError && error.code === 'NOT_FOUND' ? missing : error;
    });
    const [row] = await selectVersions(
      db,
      sql`where v.template_id = ${template.id} and lower(v.name) = ${version.toLowerCase()}`,
    );
    if (!row) throw noSuchVersion(version);
    return row;
  }

  return {
    async examples(actor, organization) {
      if (organization !== undefined) await organizations.get(actor, organization);
      return starters.list();
    },

    byNames: async (actor, names) => presentVersion(await find(actor, names)),

    async previous(actor, names) {
      const { template_id: templateId, id } = await find(actor, names);
      const [row] = await selectVersions(
        db,
        sql`where v.template_id = ${templateId}
          and (v.created_at, v.id) < (select created_at, id from template_versions where id = ${id})
          order by v.created_at desc, v.id desc limit 1`,
      );
      if (row) return presentVersion(row);
      throw new ApiError('NOT_FOUND', {
        message: `No previous template version found for ${JSON.stringify(names.version)}.`,
        detail: 'It is the oldest one: the list of versions has those that were made later.',
      });
    },

    async archiveUnused(actor, templateId, all) {
      const name = await authorizeTemplate(db, actor, templateId, 'update');
      const archivedIds = await archive(db, clock.now(), {
        template: templateId,
        only: all ? sql`true` : sql`j.status = 'failed'`,
      });
      return { name, archivedIds };
    },

    async archive(actor, id) {
      const { name, template_id: template, archived } = await findVersion(db, actor, id, 'update');
      if (archived)
        throw refused(`The version "${name}" is archived already.`, 'Unarchive it to use it again.');
      if (template === null)
        throw refused(
          `The version "${name}" belongs to no template yet.`,
          'Only versions of a template can be archived. Make a template of it, or leave it as it is.',
        );
      const ids = await archive(db, clock.now(), { template, only: sql`v.id = ${id}` });
      if (ids.length > 0) return name;
      throw refused(
        `The version "${name}" is in use: it is the active one, a workspace runs on it, or its import has not ended.`,
        'Make another version the active one, restart the workspaces with that, or wait for the import; then archive it.',
      );
    },

    async unarchive(actor, id) {
      const { name, archived } = await findVersion(db, actor, id, 'update');
      if (!archived) throw refused(`The version "${name}" is not archived.`, 'It can be used as it is.');
      await db
        .updateTable('template_versions')
        .set({ archived: false, updated_at: clock.now() })
        .where('id', '=', id)
        .execute();
      return name;
    },

    async cancel(actor, id) {
      const { name, job_id: jobId } = await findVersion(db, actor, id, 'update');
      await inTransaction(db, async (trx) => {
        if (await cancelOpenJob(trx, jobId, clock.now())) return;
        throw new ApiError('CONFLICT', {
          message: `The import of the version "${name}" has ended.`,
          detail: 'Read the version to see how. One that nobody wants can be archived.',
        });
      });
      return name;
    },
  };
}

const refused = (message: string, detail: string) => new ApiError('BAD_REQUEST', { message, detail });

/**
 * Archives those versions of a template that meet a condition on `v` and its job `j`, and that nobody needs: the active one is
 * left, what a workspace was last built with, and what is still being imported.
 */
async function archive(
  db: Db,
  now: Date,
  { template, only }: { template: string; only: ReturnType<typeof sql> },
): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    // Whoever makes a version the active one waits for this, or this for them.
    await sql`select from templates where id = ${template} for update`.execute(trx);
    const { rows } = await sql<{ id: string }>`
      update template_versions v set archived = true, updated_at = ${now}
      from provisioner_jobs j, templates t
      where j.id = v.job_id and t.id = v.template_id and t.id = ${template} and not v.archived
        and v.id <> t.active_version_id and j.status not in ('pending', 'running', 'canceling') and ${only}
        and not exists (
          select from workspaces w
          join lateral (
            select template_version_id from workspace_builds where workspace_id = w.id and not withdrawn
            order by build_number desc limit 1
          ) b on true
          where w.template_id = t.id and not w.deleted and b.template_version_id = v.id)
      returning v.id`.execute(trx);
    return rows.map(({ id }) => id);
  });
}
