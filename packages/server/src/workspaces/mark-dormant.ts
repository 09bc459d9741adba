import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/index.ts';

/**
 * Makes the workspaces that meet a condition on `w`, and on their template `t`, dormant, and says when they are to be deleted.
 * Those who watch them are told.
 */
export async function markDormant(trx: Db, where: RawBuilder<unknown>, now: Date): Promise<void> {
  await sql`
    with dormant as (
      update workspaces w set dormant_at = ${now}, updated_at = ${now},
        deleting_at = case when t.time_til_dormant_autodelete_ms > 0
          then ${now}::timestamptz + t.time_til_dormant_autodelete_ms * interval '1 millisecond' end
      from templates t where t.id = w.template_id and not w.deleted and (${where})
      returning w.id
    )
    select pg_notify('workspace_changed', id::text) from dormant`.execute(trx);
}
