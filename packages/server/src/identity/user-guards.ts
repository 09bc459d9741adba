import { ApiError } from '@coder/api';
import { sql, type Transaction } from 'kysely';
import { type Actor, authorize, mayKnowOf } from '../authorization/index.ts';
import { notify, type Tables } from '../database/index.ts';
import type { UserRow } from './users-store.ts';

/** Names that would be read as something else in a path. */
const reservedNames = new Set([
  'me',
  'first',
  'login',
  'logout',
  'roles',
  'authmethods',
  'otp',
  'oidc',
  'oauth2',
]);

export function refuseReservedName(username: string): void {
  if (!reservedNames.has(username.toLowerCase())) return;
  throw new ApiError('VALIDATION_FAILED', {
    validations: [{ field: 'username', detail: `"${username}" is reserved; choose another name` }],
  });
}

/** Whether an actor may know that there is this user. Everybody may know of themselves. */
export function mayKnowOfUser(actor: Actor, userId: string): boolean {
  return userId === actor.user.id || mayKnowOf(actor, { type: 'user', id: userId });
}

/**
 * Throws unless the actor may do this to a user. Beyond the permission, nobody but an owner may change somebody who holds a
 * role the actor does not: whoever sets a user's password can be that user.
 */
export function authorizeOnUser(
  actor: Actor,
  action: 'update' | 'delete' | 'update_personal',
  target: UserRow,
): void {
  authorize(actor, action, { type: 'user', id: target.id, ownerId: target.id });
  if (target.id === actor.user.id || actor.user.roles.includes('owner')) return;
  const higher = target.rbac_roles.filter((role) => role !== 'member' && !actor.user.roles.includes(role));
  if (higher.length === 0) return;
  throw new ApiError('FORBIDDEN', {
    message: `You may not change ${target.username}, who has the role ${higher.map((role) => `"${role}"`).join(' and ')}. Allowed for the role "owner".`,
  });
}

/**
 * The ids of the active owners, who stay what they are until the transaction ends, so that two who remove each other at once
 * cannot both succeed.
 */
export async function lockOwners(trx: Transaction<Tables>): Promise<string[]> {
  const owners = await trx
    .selectFrom('users')
    .where('deleted', '=', false)
    .where('status', '<>', 'suspended')
    .where(sql<boolean>`'owner' = any(rbac_roles)`)
    .orderBy('id')
    .forUpdate()
    .select('id')
    .execute();
  return owners.map(({ id }) => id);
}

/** Throws CONFLICT when no active owner would be left without this user. */
export function refuseLastOwner(owners: readonly string[], userId: string): void {
  if (owners.some((id) => id !== userId) || !owners.includes(userId)) return;
  throw new ApiError('CONFLICT', {
    message:
      'This is the last owner of the deployment. Give another user the role "owner" first: without one nobody could manage it.',
  });
}

/** Tells every replica that what it knows of a user is out of date. */
export async function announceUser(trx: Transaction<Tables>, userId: string): Promise<void> {
  await notify(trx, 'user_changed', userId);
}
