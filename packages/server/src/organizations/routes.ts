import type { Organization } from '@coder/api';
import { api, type RequestContext } from '../http/index.ts';
import type { Administration } from './administration.ts';
import type { Members } from './members.ts';
import type { Organizations } from './organizations.ts';

export type OrganizationRoutesDeps = {
  organizations: Organizations;
  administration: Administration;
  members: Members;
};

/** The routes under /organizations that are about organizations and their members. */
export const organizationRoutes = ({ organizations, administration, members }: OrganizationRoutesDeps) => ({
  list: api.organizations.list.handler(({ input, context }) => organizations.list(context.actor!, input)),
  get: api.organizations.get.handler(({ input, context }) =>
    organizations.get(context.actor!, input.organization),
  ),
  create: api.organizations.create.handler(async ({ input, context }) => {
    context.audit.target('', input.name);
    return audited(context, await administration.create(context.actor!, input));
  }),
  update: api.organizations.update.handler(async ({ input: { organization, ...input }, context }) => {
    const { before, after } = await administration.update(context.actor!, organization, input);
    for (const field of ['name', 'display_name', 'description', 'icon'] as const) {
      if (before[field] !== after[field]) context.audit.diff(field, before[field], after[field]);
    }
    return audited(context, after);
  }),
  delete: api.organizations.delete.handler(async ({ input, context }) => {
    const { name } = audited(context, await administration.delete(context.actor!, input.organization));
    return { message: `Organization ${name} has been deleted.` };
  }),

  members: api.organizations.members.handler(({ input, context }) =>
    members.list(context.actor!, input.organization, input),
  ),
  paginatedMembers: api.organizations.paginatedMembers.handler(({ input, context }) =>
    members.paginated(context.actor!, input.organization, input),
  ),
  memberRoles: api.organizations.memberRoles.handler(({ input, context }) =>
    members.roles(context.actor!, input.organization),
  ),
  getMember: api.organizations.getMember.handler(({ input, context }) =>
    members.get(context.actor!, input.organization, input.user),
  ),
  availableUsers: api.organizations.availableUsers.handler(({ input, context }) =>
    members.availableUsers(context.actor!, input.organization, input.user, input),
  ),
  addMember: api.organizations.addMember.handler(async ({ input, context }) =>
    changed(context, await members.add(context.actor!, input.organization, input.user)),
  ),
  removeMember: api.organizations.removeMember.handler(async ({ input, context }) => {
    changed(context, await members.remove(context.actor!, input.organization, input.user));
  }),
  updateMemberRoles: api.organizations.updateMemberRoles.handler(async ({ input, context }) => {
    const { organization, user, roles } = input;
    const change = await members.setRoles(context.actor!, organization, user, roles);
    const after = change.membership.roles.map(({ name }) => name);
    if (change.before.join() !== after.join()) context.audit.diff('roles', change.before, after);
    return changed(context, change);
  }),
});

function audited(context: RequestContext, organization: Organization): Organization {
  context.audit.target(organization.id, organization.name);
  return organization;
}

/** The audit row of a membership names the user, and beside it the organization. */
function changed(
  context: RequestContext,
  { membership, username, organization }: Awaited<ReturnType<Members['add']>>,
) {
  context.audit.target(membership.user_id, username);
  context.audit.field('organization', organization.name);
  context.audit.field('organization_id', organization.id);
  return membership;
}
