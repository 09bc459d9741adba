import { ApiError } from '@coder/api';
import { type Actor, authorize, can } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

/**
 * The templates that a report is about: those asked for, each of which the actor must be allowed to look into, or all that the
 * actor is. Throws NOT_FOUND for one that the actor may not see, FORBIDDEN for who may look into none.
 */
export async function allowedTemplates(
  db: Db,
  actor: Actor,
  wanted: readonly string[] | undefined,
): Promise<string[]> {
  let query = db.selectFrom('templates').select(['id', 'organization_id']).orderBy('name');
  if (wanted) query = query.where('deleted', '=', false).where('id', 'in', wanted);
  const rows = await query.execute();
  const resource = (row: (typeof rows)[number]) =>
    ({ type: 'template', id: row.id, organizationId: row.organization_id }) as const;
  if (wanted) {
    if (new Set(wanted).size > rows.length) throw new ApiError('NOT_FOUND');
    for (const row of rows) authorize(actor, 'view_insights', resource(row));
    return rows.map(({ id }) => id);
  }
  const allowed = rows.filter((row) => can(actor, 'view_insights', resource(row))).map(({ id }) => id);
  if (allowed.length === 0) authorizeSomewhere(actor);
  return allowed;
}

/** Where there are no templates yet, who might look into them is shown an empty report. */
function authorizeSomewhere(actor: Actor): void {
  const inOrganization = [...actor.organizations.keys()].some((organizationId) =>
    can(actor, 'view_insights', { type: 'template', organizationId }),
  );
  if (!inOrganization) authorize(actor, 'view_insights', { type: 'template' });
}
