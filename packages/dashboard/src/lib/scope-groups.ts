import { expandScopes, type Permission } from '@coder/api';

/** What a token may be allowed, in the words of the consent page, and the scopes that say it. */
export const scopeGroups = [
  {
    id: 'look',
    title: 'Look',
    description: 'See workspaces, templates, builds and their logs. Nothing is changed.',
    scopes: ['workspace:read', 'template:read', 'user:read', 'organization:read'],
  },
  {
    id: 'operate',
    title: 'Create, start and stop',
    description: 'Create workspaces from templates, start, stop and change them.',
    scopes: ['coder:workspaces.create', 'coder:workspaces.operate'],
  },
  {
    id: 'work',
    title: 'Work inside',
    description: 'Run commands, read and write files, and reach ports and apps inside workspaces.',
    scopes: ['coder:workspaces.access'],
  },
  {
    id: 'templates',
    title: 'Manage templates',
    description: 'Upload, change and remove templates, as far as your role allows it.',
    scopes: ['coder:templates.author', 'coder:templates.build'],
  },
  {
    id: 'delete',
    title: 'Delete workspaces',
    description: 'Delete workspaces with everything in them. This cannot be undone.',
    scopes: ['coder:workspaces.delete'],
  },
  {
    id: 'account',
    title: 'Manage your account',
    description: 'Read and change your profile, and create and delete your API tokens.',
    scopes: ['coder:apikeys.manage_self', 'user:read_personal', 'user:update_personal'],
  },
  {
    id: 'everything',
    title: 'Everything you may do',
    description: 'All of your rights, including those that are added later.',
    scopes: ['coder:all'],
  },
] as const;

export type ScopeGroupId = (typeof scopeGroups)[number]['id'];

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
