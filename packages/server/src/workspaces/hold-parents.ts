import { ApiError } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import type { Owner } from './owners.ts';

/**
 * Throws when the owner or the template of a workspace is deleted. To be called in the transaction that has inserted the
 * workspace: its foreign keys hold both rows, and who deletes one of them locks it first, so that either this sees the
 * deletion or the deletion counts this workspace.
 */
export async function refuseDeletedParents(
  trx: Db,
  { ownerId, templateId }: { ownerId: string; templateId: string },
): Promise<void> {
  const { rows } = await sql<{ owner: boolean; template: boolean }>`
    select (select deleted from users where id = ${ownerId}) as owner,
      (select deleted from templates where id = ${templateId}) as template`.execute(trx);
  if (rows[0]?.owner) {
    throw new ApiError('CONFLICT', {
      message: 'The owner has just been deleted.',
      detail: 'Create the workspace for another user.',
    });
  }
  if (rows[0]?.template) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [{ field: 'template_id', detail: 'names a template that has just been deleted' }],
    });
  }
}

/**
 * Throws BAD_REQUEST when the owner of a workspace is no member of its organization. The membership is held until the
 * transaction ends: who takes it away locks it first, so that either this misses it or that counts this workspace.
 */
export async function requireMembership(trx: Db, owner: Owner, organizationId: string): Promise<void> {
  const { rows } = await sql`
    select from organization_members
    where organization_id = ${organizationId} and user_id = ${owner.id} for key share`.execute(trx);
  if (rows.length > 0) return;
  throw new ApiError('BAD_REQUEST', {
    message: `${owner.username} is no member of the organization of this template, and only members have workspaces there.`,
    detail: 'Ask an administrator of the organization to add them, or choose a template of another one.',
  });
}
