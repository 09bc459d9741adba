import { ApiError } from '@coder/api';
import { sql } from 'kysely';
import { type Actor, authorize } from '../authorization/index.ts';
import { type Db, inTransaction, notify } from '../database/index.ts';
import { loadBuildableVersion } from '../templates/index.ts';
import { noSize } from './builds/build-size.ts';
import { resolveValues } from './builds/create-build.ts';
import { insertBuild } from './builds/insert-build.ts';
import { type Latest, loadLatest } from './builds/latest.ts';
import type { WorkspacesDeps } from './deps.ts';
import { findLatest } from './find.ts';
import { markDormant } from './mark-dormant.ts';
import { isActive } from './status.ts';

/** Makes workspaces dormant by hand, as the scheduler does by itself, and wakes them. */
export function createDormancy(deps: Pick<WorkspacesDeps, 'db' | 'clock' | 'queue'>) {
  const { db, clock } = deps;

  async function sleep(trx: Db, actor: Actor, latest: Latest): Promise<void> {
    await markDormant(trx, sql`w.id = ${latest.id}`, clock.now());
    await authorizeDeletion(trx, actor, latest);
    // A dormant workspace holds nothing that costs something.
    if (latest.transition !== 'start') return;
    const version = await loadBuildableVersion(trx, latest.versionId);
    await insertBuild(trx, deps, {
      workspaceId: latest.id,
      organizationId: latest.organizationId,
      ownerId: latest.ownerId,
      ownerName: latest.ownerName,
      number: latest.lastNumber + 1,
      versionId: version.id,
      fileId: version.fileId,
      transition: 'stop',
      reason: 'dormancy',
      initiatorId: actor.user.id,
      ...resolveValues(latest, { transition: 'stop' }, version),
      orphan: false,
      size: noSize,
      state: latest.state,
    });
  }

  async function wake(trx: Db, { id }: Latest): Promise<void> {
    const now = clock.now();
    // Counted from now, or the next look would find it unused as before.
    const awake = { dormant_at: null, deleting_at: null, last_used_at: now, updated_at: now };
    await trx.updateTable('workspaces').set(awake).where('id', '=', id).execute();
  }

  /** Does nothing where it is so already. Returns the name of the workspace and whether anything has changed. */
  return async (actor: Actor, id: string, dormant: boolean): Promise<{ name: string; changed: boolean }> => {
    const found = await findLatest(db, actor, id, 'update');
    const changed = await inTransaction(db, async (trx) => {
      const latest = await loadLatest(trx, id, true);
      if (!latest || latest.deleted) throw new ApiError('GONE');
      // What it is now decides, and not what it was before this had its turn.
      if (dormant && latest.transition === 'start') {
        const { ownerId, organizationId } = latest;
        authorize(actor, 'stop', { type: 'workspace', id, ownerId, organizationId });
      }
      if ((latest.dormantAt !== null) === dormant) return false;
      if (dormant && isActive(latest.jobStatus)) {
        throw new ApiError('CONFLICT', {
          message: 'A workspace build is already active.',
          detail: `The ${latest.transition} of "${latest.name}" is ${latest.jobStatus}. Wait for it, or cancel it.`,
        });
      }
      await (dormant ? sleep(trx, actor, latest) : wake(trx, latest));
      await notify(trx, 'workspace_changed', id);
      return true;
    });
    return { name: `${found.ownerName}/${found.name}`, changed };
  };
}

/** Throws unless the actor may delete a workspace that has just been made dormant, where its template does so in time. */
async function authorizeDeletion(
  trx: Db,
  actor: Actor,
  { id, name, ownerId, organizationId, templateName }: Latest,
): Promise<void> {
  const { deleting_at: at } = await trx
    .selectFrom('workspaces')
    .where('id', '=', id)
    .select('deleting_at')
    .executeTakeFirstOrThrow();
  if (at === null) return;
  try {
    authorize(actor, 'delete', { type: 'workspace', id, ownerId, organizationId });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, message, scopes } = error;
    const detail = `The template "${templateName}" deletes dormant workspaces, so making "${name}" dormant takes the right to delete it. Stop it instead.`;
    throw new ApiError(code, { message, scopes, detail });
  }
}
