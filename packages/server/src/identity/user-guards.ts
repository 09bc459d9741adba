import { ApiError } from '@coder/api';
import { sql, type Transaction } from 'kysely';
import {
  type Actor,
  authorize,
  mayAssignRole,
  mayKnowOf,
  organizationRoles,
} from '../authorization/index.ts';
import { type Db, notify, type Tables } from '../database/index.ts';
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
 * Throws unless the actor may do this to a user. Whoever sets a user's password can be that user, so beyond the permission
 * nobody but an owner may change somebody who holds a site role the actor does not, or who holds a role in an organization
 * that the actor may not give. In a transaction these roles stay as they are until it ends.
 */
export async function authorizeOnUser(
  db: Db,
  actor: Actor,
  action: 'update' | 'delete' | 'update_personal',
  target: UserRow,
): Promise<void> {
  authorize(actor, action, { type: 'user', id: target.id, ownerId: target.id });
  if (target.id === actor.user.id || actor.user.roles.includes('owner')) return;
  const higher = target.rbac_roles.filter((role) => role !== 'member' && !actor.user.roles.includes(role));
  const memberships = await db
    .selectFrom('organization_members')
    .where('user_id', '=', target.id)
    .orderBy('organization_id')
    .forShare()
    .select(['organization_id', 'roles'])
    .execute();
  for (const { organization_id: id, roles } of memberships) {
    const own = [...actor.user.roles, ...(actor.organizations.get(id) ?? [])];
    higher.push(...roles.filter((role) => givesRights(role) && !mayAssignRole(own, role)));
  }
  if (higher.length === 0) return;
  const named = [...new Set(higher)].map((role) => `"${role}"`).join(' and ');
  throw new ApiError('FORBIDDEN', {
    message: `You may not change ${target.username}, who has the role ${named}. Allowed for the role "owner".`,
  });
}

/** A ban gives nothing to whoever becomes its holder. */
function givesRights(organizationRole: string): boolean {
  const { site, organization, ownInOrganization } = organizationRoles[organizationRole] ?? {};
  return [site, organization, ownInOrganization].some((permissions) => permissions?.length !== 0);
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
