import { ApiError, type Validation } from '@coder/api';
import { type Actor, mayAssignRole, organizationRoles, presentRole } from '../authorization/index.ts';

/** All roles that an actor holds where an organization is concerned. */
const rolesOf = (actor: Actor, organizationId: string) => [
  ...actor.user.roles,
  ...(actor.organizations.get(organizationId) ?? []),
];

/** The roles there are in an organization, and which of them an actor may give. */
export function assignableRoles(actor: Actor, organizationId: string) {
  const held = rolesOf(actor, organizationId);
  return Object.keys(organizationRoles).map((name) => ({
    ...presentRole(name, organizationId),
    assignable: mayAssignRole(held, name),
    built_in: true,
  }));
}

/**
 * Throws VALIDATION_FAILED for roles that do not exist, and FORBIDDEN when one that is given or taken is not the actor's to
 * give or take. Without `wanted` all are taken.
 */
export function refuseRoles(
  actor: Actor,
  organizationId: string,
  held: readonly string[],
  wanted: readonly string[] = [],
): void {
  const validations: Validation[] = wanted.flatMap((role, index) =>
    Object.hasOwn(organizationRoles, role)
      ? []
      : [
          {
            field: `roles[${index}]`,
            detail: `unknown role "${role}"; the roles of an organization are ${Object.keys(organizationRoles).join(', ')}`,
          },
        ],
  );
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
  const changed = [
    ...wanted.filter((role) => !held.includes(role)),
    ...held.filter((role) => !wanted.includes(role)),
  ];
  const own = rolesOf(actor, organizationId);
  const refused = changed.filter((role) => !mayAssignRole(own, role));
  if (refused.length === 0) return;
  throw new ApiError('FORBIDDEN', {
    message: `You may not give or take the role ${refused.map((role) => `"${role}"`).join(' or ')}. Allowed for the role "owner" or "organization-admin".`,
  });
}
