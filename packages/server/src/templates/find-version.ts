import { ApiError, type TemplateManifest } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize, can } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { importState } from './load-version.ts';
import { selectVersions, type VersionRow } from './version-rows.ts';

/** A version the actor may see, or change. */
export async function findVersion(
  db: Db,
  actor: Actor,
  id: string,
  action: 'read' | 'update' = 'read',
): Promise<VersionRow> {
  const [row] = await selectVersions(db, sql`where v.id = ${id}`);
  const resource = row && versionResource(row);
  // One without a template is nowhere to be seen by who may not see templates of its organization.
  if (!resource || (row.template_id === null && !can(actor, 'read', resource)))
    throw new ApiError('NOT_FOUND');
  authorize(actor, action, resource);
  return row;
}

/** What a caller is told who names a version that a template has not. */
export const noSuchVersion = (name: string): ApiError =>
  new ApiError('NOT_FOUND', {
    message: `The template has no version "${name}".`,
    detail: 'Check the name against the list of the versions of the template.',
  });

/** The manifest of a version the actor may see. Throws CONFLICT with what the import says while it has not succeeded. */
export async function findManifest(db: Db, actor: Actor, id: string): Promise<TemplateManifest> {
  const row = await findVersion(db, actor, id);
  if (row.job_status !== 'succeeded') {
    throw new ApiError('CONFLICT', {
      message: importState({ name: row.name, status: row.job_status, error: row.job_error }),
    });
  }
  const { manifest } = await db
    .selectFrom('template_versions')
    .select('manifest')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return manifest as TemplateManifest;
}

/** A version belongs to its template, and before it has one to its organization and maker. */
function versionResource(row: VersionRow) {
  return {
    type: 'template',
    organizationId: row.organization_id,
    ...(row.template_id === null ? { ownerId: row.created_by } : { id: row.template_id }),
  } as const;
}

/** Throws unless the actor may do this with the template: NOT_FOUND about what it may not even see. Returns its name. */
export async function authorizeTemplate(
  db: Db,
  actor: Actor,
  id: string,
  action: 'read' | 'update' | 'view_insights',
): Promise<string> {
  const template = await db
    .selectFrom('templates')
    .select(['organization_id', 'name'])
    .where('id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
  if (!template) throw new ApiError('NOT_FOUND');
  authorize(actor, action, { type: 'template', id, organizationId: template.organization_id });
  return template.name;
}
