import { ApiError } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

/**
 * Throws FORBIDDEN when an actor would enter somebody's workspace by adding themselves to a group that it is shared with; an
 * organization's id is that of all its members. Whoever manages members and groups lets others in, and not themselves.
 */
export async function refuseSelfEntry(
  db: Db,
  actor: Actor,
  { groupId, place }: { groupId: string; place: string },
): Promise<void> {
  if (actor.user.roles.includes('owner') && !actor.withoutOwnerWorkspaceAccess) return;
  const { rows } = await sql`
    select from workspaces w where not w.deleted and w.owner_id <> ${actor.user.id} and (
      w.id in (select workspace_id from workspace_shares where group_id = ${groupId})
      or w.organization_id = ${groupId}
        and w.id in (select workspace_id from workspace_port_shares where share_level = 'organization'))
    limit 1`.execute(db);
  if (rows.length === 0) return;
  throw new ApiError('FORBIDDEN', {
    message: `You may not add yourself to ${place}: workspaces are shared with it, and you would enter them.`,
    detail: 'Ask the owner of the workspace to share it with you, or another administrator to add you.',
  });
}
