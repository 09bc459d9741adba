import { ApiError } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize, mayKnowOf } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { type Latest, loadLatest } from './builds/latest.ts';
import { seekOwner } from './owners.ts';
import { type BuildRow, selectBuilds } from './read/build-rows.ts';
import { selectWorkspaces, type WorkspaceRow } from './read/present-workspace.ts';

type Owned = { id: string; owner_id: string; organization_id: string };
type Action = 'read' | 'update';

export function workspaceResource(row: Owned) {
  return {
    type: 'workspace',
    id: row.id,
    ownerId: row.owner_id,
    organizationId: row.organization_id,
  } as const;
}

/** A workspace the actor may see, by id. A deleted one is GONE unless it is asked for. */
export async function findWorkspace(
  db: Db,
  actor: Actor,
  id: string,
  { action = 'read', includeDeleted = false }: { action?: Action; includeDeleted?: boolean } = {},
): Promise<WorkspaceRow> {
  const [row] = await selectWorkspaces(db, sql`where w.id = ${id}`);
  if (!row) throw new ApiError('NOT_FOUND');
  authorize(actor, action, workspaceResource(row));
  if (row.deleted && !includeDeleted) {
    throw new ApiError('GONE', { message: `The workspace "${row.name}" is deleted.` });
  }
  return row;
}

/** A workspace by owner and name in any case; of several deleted ones of the name the newest. */
export async function findWorkspaceByName(
  db: Db,
  actor: Actor,
  user: string,
  name: string,
  includeDeleted = false,
): Promise<WorkspaceRow> {
  const owner = await seekOwner(db, actor, user);
  // One answer, whether there is no such user, no such workspace, or one that the caller may not see.
  const notFound = () =>
    new ApiError('NOT_FOUND', {
      message: `There is no workspace "${user.toLowerCase() === 'me' ? actor.user.username : user}/${name}" that you can see.`,
    });
  if (!owner) throw notFound();
  const rows = await selectWorkspaces(
    db,
    sql`where w.owner_id = ${owner.id} and lower(w.name) = ${name.toLowerCase()}
      and (not w.deleted or ${includeDeleted}) order by w.deleted, w.created_at desc limit 1`,
  );
  const row = rows[0];
  if (!row || !mayKnowOf(actor, workspaceResource(row))) throw notFound();
  authorize(actor, 'read', workspaceResource(row));
  return row;
}

/** A workspace with its latest build, for what changes it. */
export async function findLatest(db: Db, actor: Actor, id: string, action: Action): Promise<Latest> {
  const latest = await loadLatest(db, id);
  if (!latest) throw new ApiError('NOT_FOUND');
  authorize(actor, action, {
    type: 'workspace',
    id: latest.id,
    ownerId: latest.ownerId,
    organizationId: latest.organizationId,
  });
  if (latest.deleted) throw new ApiError('GONE', { message: `The workspace "${latest.name}" is deleted.` });
  return latest;
}

/** A build of a workspace the actor may see. */
export async function findBuild(
  db: Db,
  actor: Actor,
  id: string,
  action: Action = 'read',
): Promise<BuildRow> {
  const [row] = await selectBuilds(db, sql`where b.id = ${id}`);
  if (!row) throw new ApiError('NOT_FOUND');
  authorize(actor, action, workspaceResource({ ...row, id: row.workspace_id }));
  return row;
}
