import type { Permission } from '@coder/api';
import type { Actor } from './actor.ts';
import { organizationRoles, type Role, siteRoles, workspaceEntry } from './roles.ts';

/** How far one permission of a user reaches by the user's roles alone, whatever the token says. */
export type Grant = {
  /** On everything, except in the organizations of `banned`. */
  readonly everywhere: boolean;
  /** On what the user owns, wherever it is. */
  readonly own: boolean;
  /** On everything in these organizations. */
  readonly organizations: readonly string[];
  /** On what the user owns in these organizations. */
  readonly ownIn: readonly string[];
  /** In none of these organizations. */
  readonly banned: readonly string[];
};

type Level = 'site' | 'own' | 'organization' | 'ownInOrganization' | 'banned';
const sets = new WeakMap<Role, Record<Level, ReadonlySet<Permission>>>();

function allows(role: Role | undefined, level: Level, permission: Permission): boolean {
  if (!role) return false;
  let known = sets.get(role);
  if (!known) {
    known = {
      site: new Set(role.site),
      own: new Set(role.own),
      organization: new Set(role.organization),
      ownInOrganization: new Set(role.ownInOrganization),
      banned: new Set(role.banned),
    };
    sets.set(role, known);
  }
  return known[level].has(permission);
}

/** Adds up the user's roles for one permission. */
export function grantOf(actor: Actor, permission: Permission): Grant {
  const site = [...actor.user.roles, 'member'].filter(
    (name) => !(actor.withoutOwnerWorkspaceAccess && name === 'owner' && workspaceEntry.includes(permission)),
  );
  let everywhere = site.some((name) => allows(siteRoles[name], 'site', permission));
  const own = site.some((name) => allows(siteRoles[name], 'own', permission));
  const organizations: string[] = [];
  const ownIn: string[] = [];
  const banned: string[] = [];
  for (const [id, given] of actor.organizations) {
    for (const name of [...given, 'organization-member']) {
      const role = organizationRoles[name];
      if (allows(role, 'site', permission)) everywhere = true;
      if (allows(role, 'organization', permission)) organizations.push(id);
      if (allows(role, 'ownInOrganization', permission)) ownIn.push(id);
      if (allows(role, 'banned', permission)) banned.push(id);
    }
  }
  return { everywhere, own, organizations, ownIn, banned };
}

/** Whether a grant reaches a resource of this owner and organization. */
export function reaches(
  grant: Grant,
  userId: string,
  where: { ownerId?: string | undefined; organizationId?: string | undefined },
): boolean {
  const { ownerId, organizationId } = where;
  if (organizationId !== undefined && grant.banned.includes(organizationId)) return false;
  if (grant.everywhere) return true;
  const isOwn = ownerId === userId;
  if (isOwn && grant.own) return true;
  if (organizationId === undefined) return false;
  return grant.organizations.includes(organizationId) || (isOwn && grant.ownIn.includes(organizationId));
}
