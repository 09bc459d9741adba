import {
  type Action,
  ApiError,
  allPermissions,
  type Permission,
  type ResourceType,
  scopeFor,
} from '@coder/api';
import type { Actor, Resource } from './actor.ts';
import { allowedIds, allowListAdmits } from './allow-list.ts';
import { grantOf, reaches } from './grants.ts';
import { organizationRoles, siteRoles } from './roles.ts';
import { sharedWith } from './shares.ts';

const known: ReadonlySet<string> = new Set(allPermissions);

/** Whether the user could do this with a token that restricts nothing. */
function userMay(actor: Actor, action: string, resource: Resource): boolean {
  const permission = `${resource.type}:${action}`;
  if (!known.has(permission)) return false;
  const grant = grantOf(actor, permission as Permission);
  return reaches(grant, actor.user.id, resource) || sharedWith(actor, permission as Permission, resource);
}

/** Whether the token carries a permission. */
export function tokenCarries(actor: Actor, permission: Permission): boolean {
  const { permissions } = actor.key;
  return permissions === 'all' || permissions.has(permission);
}

/**
 * Whether an actor may do something: the user's roles must allow it, the token must carry its scope, and the token's allow
 * list must let the resource through. So a token never exceeds its user.
 */
export function can<R extends ResourceType>(
  actor: Actor,
  action: Action<R>,
  resource: Resource & { readonly type: R },
): boolean {
  const whole = complete(resource);
  return (
    userMay(actor, action, whole) &&
    tokenCarries(actor, `${resource.type}:${action}` as Permission) &&
    allowListAdmits(actor, action, whole)
  );
}

/** A user owns itself, and an organization lies in itself, whether or not the caller says so. */
function complete(resource: Resource): Resource {
  const { type, id, ownerId = id, organizationId = id } = resource;
  if (type === 'user') return { ...resource, ownerId };
  if (type === 'organization') return { ...resource, organizationId };
  return resource;
}

/**
 * Whether an actor may know that there is a thing, whatever its token may do with it: the user's roles let it be read, and the
 * token's allow list does not hide it.
 */
export function mayKnowOf<R extends ResourceType>(
  actor: Actor,
  resource: Resource & { readonly type: R },
): boolean {
  const whole = complete(resource);
  return userMay(actor, 'read', whole) && allowListAdmits(actor, 'read', whole);
}

/**
 * Throws INSUFFICIENT_SCOPE for a token whose allow list lets nothing new of a type come into being. To be asked before
 * anything is looked up, so that the refusal is the same whatever there is.
 */
export function authorizeNew(actor: Actor, type: ResourceType): void {
  if (!allowListAdmits(actor, 'create', { type })) throw outsideAllowList('create', { type });
}

/**
 * Throws INSUFFICIENT_SCOPE for a token whose allow list leaves something of a type out: for what sums all of them up, and would
 * tell of the rest.
 */
export function authorizeWhole(actor: Actor, type: ResourceType): void {
  if (allowedIds(actor.key.allowList, type) === 'all') return;
  const noun = type.replaceAll('_', ' ');
  throw new ApiError('INSUFFICIENT_SCOPE', {
    message: `This counts every ${noun}, and this token's allow list does not let it know of all of them. Use a token with "${type}:*" in its allow list.`,
  });
}

/**
 * Throws unless the actor {@link can} do this: NOT_FOUND about what the user may not even read or the token's allow list
 * hides, INSUFFICIENT_SCOPE with the scope to ask for when only the token stands in the way, else FORBIDDEN with the roles
 * that would allow it.
 */
export function authorize<R extends ResourceType>(
  actor: Actor,
  action: Action<R>,
  resource: Resource & { readonly type: R },
): void {
  if (!can(actor, action, resource)) throw refusal(actor, action, complete(resource));
}

function refusal(actor: Actor, action: string, resource: Resource): ApiError {
  const permission = `${resource.type}:${action}` as Permission;
  const exists = resource.id !== undefined;
  if (exists && !mayKnowOf(actor, resource)) {
    // A type without a read of its own is reached through something that was already found.
    if (known.has(`${resource.type}:read`)) return new ApiError('NOT_FOUND');
  }
  if (!userMay(actor, action, resource)) {
    const roles = rolesThatAllow(permission, resource);
    return new ApiError('FORBIDDEN', {
      message: `You may not ${phrase(action, resource.type)}.${roles === '' ? '' : ` Allowed for the role ${roles}.`}`,
    });
  }
  return tokenCarries(actor, permission)
    ? outsideAllowList(action, resource)
    : missingScope(permission, actor);
}

/** What a caller is told whose token lacks the scope for a permission. */
export function missingScope(permission: Permission, actor: Actor): ApiError {
  return new ApiError('INSUFFICIENT_SCOPE', {
    scopes: [...new Set([...actor.key.scopes, scopeFor(permission)])],
    message: `This token does not have the scope "${scopeFor(permission)}" that this request needs.`,
  });
}

function outsideAllowList(action: string, { type, id }: Resource): ApiError {
  return new ApiError('INSUFFICIENT_SCOPE', {
    message: `This token's allow list does not let it ${phrase(action, type)}. Use a token with "${type}:${id ?? '*'}" in its allow list.`,
  });
}

function phrase(action: string, type: ResourceType): string {
  const noun = type.replaceAll('_', ' ');
  const verbs: Record<string, string> = {
    ssh: `open a session in this ${noun}`,
    application_connect: `connect to the apps of this ${noun}`,
    view_insights: `view the insights of this ${noun}`,
    read_personal: 'read the personal data of this user',
    update_personal: 'change the profile or password of this user',
    create: `create ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`,
  };
  return verbs[action] ?? `${action} this ${noun}`;
}

/** The roles that allow a permission on a resource that belongs to somebody else. */
function rolesThatAllow(permission: Permission, resource: Resource): string {
  const names = Object.keys(siteRoles).filter((name) => siteRoles[name]?.site.includes(permission));
  if (resource.organizationId !== undefined) {
    names.push(
      ...Object.keys(organizationRoles).filter((name) =>
        organizationRoles[name]?.organization.includes(permission),
      ),
    );
  }
  return names.map((name) => `"${name}"`).join(' or ');
}
