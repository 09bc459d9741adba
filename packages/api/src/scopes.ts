import { allPermissions, type Permission, type ResourceType, resourceActions } from './permissions.ts';

/** The scope that leaves the user's whole power in a token. */
export const SCOPE_ALL = 'coder:all';
export const SCOPE_APPLICATION_CONNECT = 'coder:application_connect';

/** Upstream's composite scopes and what each stands for. */
export const compositeScopes: Record<string, readonly Permission[]> = {
  [SCOPE_APPLICATION_CONNECT]: ['workspace:application_connect', 'workspace:read'],
  'coder:workspaces.create': [
    'template:read',
    'template:use',
    'workspace:create',
    'workspace:read',
    'workspace:update',
    'workspace:start',
    'workspace:stop',
    'organization_member:read',
  ],
  'coder:workspaces.operate': [
    'template:read',
    'workspace:read',
    'workspace:update',
    'workspace:start',
    'workspace:stop',
    'organization_member:read',
  ],
  'coder:workspaces.delete': [
    'template:read',
    'template:use',
    'workspace:read',
    'workspace:delete',
    'organization_member:read',
  ],
  'coder:workspaces.access': [
    'template:read',
    'workspace:read',
    'workspace:ssh',
    'workspace:application_connect',
    'organization_member:read',
  ],
  'coder:templates.build': ['template:read', 'file:create', 'file:read', 'provisioner_jobs:read'],
  'coder:templates.author': [
    'template:read',
    'template:create',
    'template:update',
    'template:delete',
    'template:view_insights',
    'file:create',
    'file:read',
  ],
  'coder:apikeys.manage_self': ['api_key:read', 'api_key:create', 'api_key:update', 'api_key:delete'],
};

/** The resource types whose low-level scopes may be requested, with the actions upstream publishes for each. */
const publicActions: Partial<Record<ResourceType, readonly string[]>> = {
  workspace: ['read', 'create', 'update', 'delete', 'ssh', 'start', 'stop', 'application_connect'],
  template: ['read', 'create', 'update', 'delete', 'use'],
  api_key: ['read', 'create', 'update', 'delete'],
  file: ['read', 'create'],
  user: ['read', 'read_personal', 'update_personal'],
  organization: ['read', 'update', 'delete'],
};

/** The names a token may ask for, in the order they are published. */
export const publicScopes: readonly string[] = [
  SCOPE_ALL,
  ...Object.keys(compositeScopes),
  ...Object.entries(publicActions).flatMap(([resource, actions]) => [
    ...actions.map((action) => `${resource}:${action}`),
    `${resource}:*`,
  ]),
];

/** What an application is told to ask for that does not know better: all but the account, of which the user then chooses. */
export const suggestedScopes: readonly string[] = [
  'coder:workspaces.create',
  'coder:workspaces.operate',
  'coder:workspaces.access',
  'coder:workspaces.delete',
  'coder:templates.author',
];

const aliases: Record<string, string> = { all: SCOPE_ALL, application_connect: SCOPE_APPLICATION_CONNECT };

/** The published name of a scope, with upstream's two short aliases resolved. */
export function canonicalScope(name: string): string {
  return aliases[name] ?? name;
}

/** Whether a token may ask for this scope. */
export function isPublicScope(name: string): boolean {
  return publicScopes.includes(canonicalScope(name));
}

/**
 * The permissions that a list of scopes adds up to, or `'all'` for the user's whole power. Names that are not in the
 * catalog add nothing: an unknown scope never widens a token.
 */
export function expandScopes(scopes: readonly string[]): ReadonlySet<Permission> | 'all' {
  const granted = new Set<Permission>();
  for (const name of scopes.map(canonicalScope)) {
    if (name === SCOPE_ALL) return 'all';
    const composite = compositeScopes[name];
    if (composite) {
      for (const permission of composite) granted.add(permission);
      continue;
    }
    const [resource, action] = name.split(':', 2) as [string, string | undefined];
    if (!isPublicScope(name) || !(resource in resourceActions)) continue;
    for (const permission of allPermissions) {
      const matches = action === '*' ? permission.startsWith(`${resource}:`) : permission === name;
      if (matches) granted.add(permission);
    }
  }
  return granted;
}

/** The shortest public scope that carries a permission: what a refused caller is told to ask for. */
export function scopeFor(permission: Permission): string {
  if (isPublicScope(permission)) return permission;
  const composite = Object.entries(compositeScopes).find(([, permissions]) =>
    permissions.includes(permission),
  );
  return composite?.[0] ?? SCOPE_ALL;
}
