import { ApiError, type Validation } from '@coder/api';
import { type Actor, mayAssignRole, siteRoles } from '../authorization/index.ts';

/** The roles as they are stored, each once and without the one that everybody has. Throws VALIDATION_FAILED for unknown ones. */
export function storedRoles(roles: readonly string[]): string[] {
  const validations: Validation[] = roles.flatMap((role, index) =>
    Object.hasOwn(siteRoles, role)
      ? []
      : [
          {
            field: `roles[${index}]`,
            detail: `unknown role "${role}"; the site roles are ${Object.keys(siteRoles).join(', ')}`,
          },
        ],
  );
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
  return [...new Set(roles)].filter((role) => role !== 'member');
}

/** Throws FORBIDDEN when a role that is given or taken is not the actor's to give or take. */
export function refuseRoleChange(actor: Actor, held: readonly string[], wanted: readonly string[]): void {
  const changed = [
    ...wanted.filter((role) => !held.includes(role)),
    ...held.filter((role) => !wanted.includes(role)),
  ];
  const refused = changed.filter((role) => !mayAssignRole(actor.user.roles, role));
  if (refused.length === 0) return;
  throw new ApiError('FORBIDDEN', {
    message: `You may not give or take the role ${refused.map((role) => `"${role}"`).join(' or ')}. Allowed for the role "owner".`,
  });
}
