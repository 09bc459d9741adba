import { type CapabilityId, capabilityIds, capabilityWords, expandScopes, type Permission } from '@coder/api';

const scopesOfGroups = {
  look: ['workspace:read', 'template:read', 'user:read', 'organization:read'],
  operate: ['coder:workspaces.create', 'coder:workspaces.operate'],
  work: ['coder:workspaces.access'],
  templates: ['coder:templates.author', 'coder:templates.build'],
  delete: ['coder:workspaces.delete'],
  account: ['coder:apikeys.manage_self', 'user:read_personal', 'user:update_personal'],
  everything: ['coder:all'],
} satisfies Record<CapabilityId, string[]>;

/** What a token may be allowed, in the words of the consent page, and the scopes that say it. */
export const scopeGroups = capabilityIds.map((id) => ({
  id,
  ...capabilityWords[id],
  scopes: scopesOfGroups[id],
}));

export type ScopeGroupId = CapabilityId;

/** The scopes of these groups. Whoever may do something with a thing may look at it too. */
export function scopesOf(groups: ReadonlySet<ScopeGroupId>): string[] {
  if (groups.has('everything')) return ['coder:all'];
  if (groups.size === 0) return [];
  const wanted = scopeGroups.filter(({ id }) => id === 'look' || groups.has(id));
  return wanted.flatMap(({ scopes }) => [...scopes]);
}

/**
 * What a list of scopes comes to, for people: the groups that it covers whole, and by their names the scopes that add to
 * them. Nothing that a token may do is left out.
 */
export function describeScopes(scopes: readonly string[]): string[] {
  const granted = expandScopes(scopes);
  if (granted === 'all') return ['Everything'];
  const covered = new Set<Permission>();
  const titles: string[] = [];
  for (const { id, title, scopes: needed } of scopeGroups) {
    const permissions = expandScopes([...needed]);
    if (id === 'everything' || permissions === 'all') continue;
    if (![...permissions].every((permission) => granted.has(permission))) continue;
    titles.push(title);
    for (const permission of permissions) covered.add(permission);
  }
  const others = scopes.filter((scope) => {
    const permissions = expandScopes([scope]);
    return permissions !== 'all' && [...permissions].some((permission) => !covered.has(permission));
  });
  return [...titles, ...others];
}
