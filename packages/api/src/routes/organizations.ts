import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, paging, responseMessage, userRef } from '../schemas/common.ts';
import {
  createOrganizationSchema,
  organizationMemberSchema,
  organizationMembershipSchema,
  organizationSchema,
  updateOrganizationSchema,
} from '../schemas/organizations.ts';
import { assignableRoleSchema, minimalUserSchema } from '../schemas/users.ts';

const tags = ['Organizations'];
const organization = z.object({ organization: organizationRef });
const member = organization.extend({ user: userRef });

export const organizationRoutes = {
  list: route
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/organizations', tags, summary: 'Organizations you can see' })
    .input(z.object(paging))
    .output(z.array(organizationSchema)),
  create: route
    .meta({ permission: 'organization:create', audit: { action: 'create', resource: 'organization' } })
    .route({
      method: 'POST',
      path: '/organizations',
      tags,
      successStatus: 201,
      summary: 'Create an organization',
    })
    .input(createOrganizationSchema)
    .output(organizationSchema),
  get: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}',
      tags,
      summary: 'One organization, by name, id or "default"',
    })
    .input(organization)
    .output(organizationSchema),
  update: route
    .meta({ permission: 'organization:update', audit: { action: 'write', resource: 'organization' } })
    .route({
      method: 'PATCH',
      path: '/organizations/{organization}',
      tags,
      summary: 'Change an organization; what is left out stays',
    })
    .input(updateOrganizationSchema.extend({ organization: organizationRef }))
    .output(organizationSchema),
  delete: route
    .meta({ permission: 'organization:delete', audit: { action: 'delete', resource: 'organization' } })
    .route({
      method: 'DELETE',
      path: '/organizations/{organization}',
      tags,
      summary: 'Delete an organization without workspaces and templates',
    })
    .input(organization)
    .output(responseMessage),

  members: route
    .meta({ permission: 'organization_member:read' })
    .route({ method: 'GET', path: '/organizations/{organization}/members', tags, summary: 'Members' })
    .input(organization.extend(paging))
    .output(z.array(organizationMemberSchema)),
  paginatedMembers: route
    .meta({ permission: 'organization_member:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/paginated-members',
      tags,
      summary: 'Members and how many there are; q is a part of a username or name',
    })
    .input(organization.extend({ q: z.string().max(256).optional(), ...paging }))
    .output(z.object({ members: z.array(organizationMemberSchema), count: z.int() })),
  memberRoles: route
    .meta({ permission: 'assign_org_role:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/members/roles',
      tags,
      summary: 'Roles in an organization, and which of them you may give',
    })
    .input(organization)
    .output(z.array(assignableRoleSchema)),
  getMember: route
    .meta({ permission: 'organization_member:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/members/{user}',
      tags,
      summary: 'One member',
    })
    .input(member)
    .output(organizationMemberSchema),
  availableUsers: route
    .meta({ permission: 'workspace:create' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/members/{user}/workspaces/available-users',
      tags,
      summary: 'For whom you may create workspaces, if you may for others than yourself',
    })
    .input(member.extend({ q: z.string().max(256).optional(), ...paging }))
    .output(z.array(minimalUserSchema)),
  addMember: route
    .meta({
      permission: 'organization_member:create',
      session: 'while-approving',
      audit: { action: 'create', resource: 'organization_member' },
    })
    .route({
      method: 'POST',
      path: '/organizations/{organization}/members/{user}',
      tags,
      summary: 'Make a user a member',
    })
    .input(member)
    .output(organizationMembershipSchema),
  removeMember: route
    .meta({
      permission: 'organization_member:delete',
      audit: { action: 'delete', resource: 'organization_member' },
    })
    .route({
      method: 'DELETE',
      path: '/organizations/{organization}/members/{user}',
      tags,
      successStatus: 204,
      summary: 'Remove a member, with its groups and what was shared with it',
    })
    .input(member),
  updateMemberRoles: route
    .meta({
      permission: 'assign_org_role:assign',
      session: 'while-approving',
      audit: { action: 'write', resource: 'organization_member' },
    })
    .route({
      method: 'PUT',
      path: '/organizations/{organization}/members/{user}/roles',
      tags,
      summary: 'Set the roles of a member',
    })
    .input(
      z.strictObject({
        organization: organizationRef,
        user: userRef,
        roles: z.array(z.string()).max(16, 'must have at most 16 entries'),
      }),
    )
    .output(organizationMembershipSchema),
};
