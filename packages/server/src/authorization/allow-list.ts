import { type ResourceType, resourceActions } from '@coder/api';
import type { Actor, Resource } from './actor.ts';

const resourceTypes = Object.keys(resourceActions) as ResourceType[];

/** The entry that restricts nothing. */
export const ALLOW_ALL = '*:*';

/**
 * The entry of a key that may create workspaces of its own user and use those it has created: each is added to its list in the
 * transaction that creates it.
 */
export const ALLOW_CREATED = 'workspace:created';

/** In place of an id: the type is named, and nothing of it is meant. */
const NO_ID = 'none';

/** The ids of one type that an allow list lets through. */
export type AllowedIds = 'all' | 'none' | readonly string[];

/**
 * What an allow list says about a type by naming it: all of it, some ids of it, or nothing. A list that does not name the
 * type, not even by `*`, leaves it out.
 */
export function allowedIds(allowList: readonly string[], type: ResourceType): AllowedIds {
  const ids: string[] = [];
  let named = false;
  for (const entry of allowList) {
    const [entryType, id] = split(entry);
    if (entryType !== '*' && entryType !== type) continue;
    if (id === '*') return 'all';
    named = true;
    if (entry !== ALLOW_CREATED && id !== NO_ID) ids.push(id);
  }
  return named ? ids : 'none';
}

/** Whether an actor's allow list lets an action on a resource through. */
export function allowListAdmits(actor: Actor, action: string, resource: Resource): boolean {
  const { allowList } = actor.key;
  const ids = allowedIds(allowList, resource.type);
  if (ids === 'all') return true;
  if (ids !== 'none') {
    return resource.id === undefined
      ? resource.type === 'workspace' && action === 'create' && createsFor(actor, resource)
      : ids.includes(resource.id);
  }
  return isCompanion(actor, action, resource);
}

/** Whether a key may create workspaces and this one would be its own user's, whatever that user may do for others. */
function createsFor({ key, user }: Actor, { ownerId }: Resource): boolean {
  return key.allowList.includes(ALLOW_CREATED) && (ownerId === undefined || ownerId === user.id);
}

/**
 * An allow list that names only workspaces would be of no use if the template of an allowed workspace, or the user it
 * belongs to, could not be read. So a type that the list does not name at all still lets through what goes along:
 * the caller's own user, organizations and memberships may be read; with any workspace, templates and build jobs may be read; with
 * all workspaces or those it creates, templates may also be used (to create one); with any template, its files may be sent and own ones read.
 * Only reads that the user's roles and the token's scopes allow anyway are meant, and a type that is named is never widened.
 */
function isCompanion(actor: Actor, action: string, resource: Resource): boolean {
  const { allowList } = actor.key;
  const isOwn = resource.ownerId === actor.user.id;
  const names = (type: ResourceType) => {
    const ids = allowedIds(allowList, type);
    if (type === 'workspace' && allowList.includes(ALLOW_CREATED)) return true;
    return ids === 'all' || (ids !== 'none' && ids.length > 0);
  };
  switch (`${resource.type}:${action}`) {
    case 'user:read':
    case 'user:read_personal':
      return isOwn;
    case 'organization:read':
      return resource.organizationId !== undefined && actor.organizations.has(resource.organizationId);
    case 'organization_member:read':
      return (
        isOwn && resource.organizationId !== undefined && actor.organizations.has(resource.organizationId)
      );
    case 'assign_role:read':
    case 'assign_org_role:read':
      return true;
    case 'template:read':
      return names('workspace');
    case 'template:use':
      return allowedIds(allowList, 'workspace') === 'all' || allowList.includes(ALLOW_CREATED);
    case 'provisioner_jobs:read':
      return names('workspace') || names('template');
    case 'file:create':
    case 'file:read':
      return isOwn && names('template');
    default:
      return false;
  }
}

/**
 * Whether a list lets nothing through that a wider one does not: each of its entries is covered, and it does not leave out a
 * type of which the wider one names single ids, since a type that is left out still has its companions.
 */
export function allowListContains(wide: readonly string[], narrow: readonly string[]): boolean {
  const covered = narrow.every((entry) => isCovered(entry, wide));
  return (
    covered &&
    resourceTypes.every((type) => {
      const ids = allowedIds(wide, type);
      return ids === 'all' || ids === 'none' || allowedIds(narrow, type) !== 'none';
    })
  );
}

/**
 * What two lists let through alike. A type of which one of them names single ids, but of which nothing is left, stays named, so
 * that it has no companions.
 */
export function intersectAllowLists(one: readonly string[], other: readonly string[]): string[] {
  const within = (entries: readonly string[], wide: readonly string[]) =>
    entries.filter((entry) => isCovered(entry, wide));
  const both = [...new Set([...within(one, other), ...within(other, one)])];
  const namesIds = (list: readonly string[], type: ResourceType) => Array.isArray(allowedIds(list, type));
  const emptied = resourceTypes.filter(
    (type) => (namesIds(one, type) || namesIds(other, type)) && allowedIds(both, type) === 'none',
  );
  return [...both, ...emptied.map((type) => `${type}:${NO_ID}`)];
}

/** Whether a list lets all of an entry through by an entry of its own. */
function isCovered(entry: string, wide: readonly string[]): boolean {
  const [type, id] = split(entry);
  return wide.some((candidate) => {
    const [wideType, wideId] = split(candidate);
    return (wideType === '*' || wideType === type) && (wideId === '*' || wideId === id);
  });
}

function split(entry: string): [string, string] {
  const at = entry.indexOf(':');
  return [entry.slice(0, at), entry.slice(at + 1)];
}
