import { ApiError, type TemplateManifest } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize, visible, visibleSql } from '../../authorization/index.ts';
import type { Db } from '../../database/index.ts';

type Value = { name: string; value: string };

/**
 * The values that a user last gave the parameters which a template has now, out of the workspaces that the actor may see. Those
 * that hold for one build only are not among them.
 */
export async function autofillParameters(
  db: Db,
  actor: Actor,
  userId: string,
  templateId: string,
): Promise<Value[]> {
  const template = await db
    .selectFrom('templates as t')
    .innerJoin('template_versions as v', 'v.id', 't.active_version_id')
    .select(['t.organization_id', 'v.manifest'])
    .where('t.id', '=', templateId)
    .where('t.deleted', '=', false)
    .executeTakeFirst();
  if (!template) throw new ApiError('NOT_FOUND');
  authorize(actor, 'read', {
    type: 'template',
    id: templateId,
    organizationId: template.organization_id,
  });
  const { parameters } = (template.manifest ?? { parameters: [] }) as Pick<TemplateManifest, 'parameters'>;
  const names = parameters.filter(({ ephemeral }) => !ephemeral).map(({ name }) => name);
  if (names.length === 0) return [];
  const seen = visibleSql(visible(actor, 'workspace'), {
    id: 'w.id',
    owner: 'w.owner_id',
    organization: 'w.organization_id',
  });
  const { rows } = await sql<Value>`
    select distinct on (p ->> 'name') p ->> 'name' as name, p ->> 'value' as value
    from workspaces w
    join workspace_builds b on b.workspace_id = w.id and b.transition = 'start'
    cross join jsonb_array_elements(b.parameters) p
    where w.owner_id = ${userId} and w.template_id = ${templateId} and ${seen} and p ->> 'name' = any(${names})
    order by p ->> 'name', b.created_at desc`.execute(db);
  return rows;
}
