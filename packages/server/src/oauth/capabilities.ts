import {
  type Capability,
  type CapabilityId,
  capabilityIds,
  capabilityWords,
  compositeScopes,
  expandScopes,
  isPublicScope,
  type Permission,
  SCOPE_ALL,
} from '@coder/api';

type Kind = { suggested: boolean; permissions: readonly Permission[] };

/** What people decide about, and which permissions each stands for. Every permission is in one of them. */
const kinds: Record<Exclude<CapabilityId, 'everything'>, Kind> = {
  look: {
    suggested: true,
    permissions: [
      'workspace:read',
      'template:read',
      'template:view_insights',
      'file:read',
      'user:read',
      'organization:read',
      'organization_member:read',
      'provisioner_jobs:read',
    ],
  },
  operate: {
    suggested: true,
    permissions: [
      'workspace:create',
      'workspace:update',
      'workspace:start',
      'workspace:stop',
      'template:use',
    ],
  },
  work: {
    suggested: true,
    permissions: ['workspace:ssh', 'workspace:application_connect'],
  },
  templates: {
    suggested: false,
    permissions: ['template:create', 'template:update', 'template:delete', 'file:create'],
  },
  delete: {
    suggested: false,
    permissions: ['workspace:delete'],
  },
  account: {
    suggested: false,
    permissions: [
      'api_key:create',
      'api_key:read',
      'api_key:update',
      'api_key:delete',
      'user:read_personal',
      'user:update_personal',
      'organization:update',
      'organization:delete',
    ],
  },
};

/** What a consent page offers for these scopes. */
export function capabilitiesOf(requested: readonly string[]): Capability[] {
  const asked = expandScopes(requested);
  return capabilityIds.flatMap((id): Capability[] => {
    if (id === 'everything') {
      return asked === 'all' ? [{ id, ...capabilityWords[id], suggested: false, scopes: [SCOPE_ALL] }] : [];
    }
    const { suggested, permissions } = kinds[id];
    if (asked !== 'all' && !permissions.some((permission) => asked.has(permission))) return [];
    return [{ id, ...capabilityWords[id], suggested, scopes: grantedScopes(requested, [id]) }];
  });
}

/**
 * The scopes that allowing these capabilities grants, never more than was asked for: each composite that is allowed whole,
 * and by their own names the permissions that are left. Whoever may do something with a thing may look at it too.
 */
export function grantedScopes(requested: readonly string[], allowed: readonly CapabilityId[]): string[] {
  const asked = expandScopes(requested);
  if (asked === 'all' && allowed.includes('everything')) return [SCOPE_ALL];
  const known = allowed.filter((id) => id !== 'everything');
  if (known.length === 0) return [];
  const wanted = [...kinds.look.permissions, ...known.flatMap((id) => kinds[id].permissions)];
  const permitted = new Set(wanted.filter((permission) => asked === 'all' || asked.has(permission)));
  const candidates = Object.keys(compositeScopes).filter((scope) => covers(asked, scope));
  const granted = candidates.filter((scope) =>
    (compositeScopes[scope] ?? []).every((permission) => permitted.has(permission)),
  );
  const covered = expandScopes(granted);
  const left = [...permitted].filter((permission) => covered !== 'all' && !covered.has(permission));
  return [...granted, ...left.filter((permission) => isPublicScope(permission))];
}

/** Whether everything that a scope stands for has been asked for. */
export function covers(asked: ReturnType<typeof expandScopes>, scope: string): boolean {
  if (asked === 'all') return true;
  const permissions = expandScopes([scope]);
  return permissions !== 'all' && [...permissions].every((permission) => asked.has(permission));
}

/** The capabilities that scopes amount to, for what was granted before. */
export function capabilityTitles(scopes: readonly string[]): { id: CapabilityId; title: string }[] {
  if (scopes.includes(SCOPE_ALL)) return [{ id: 'everything', title: capabilityWords.everything.title }];
  return capabilitiesOf(scopes).map(({ id, title }) => ({ id, title }));
}
