import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, paging, responseMessage, uuid } from '../schemas/common.ts';
import {
  createGroupSchema,
  groupSchema,
  groupsQuery,
  reducedUserSchema,
  updateGroupSchema,
} from '../schemas/groups.ts';

const tags = ['Groups'];
const organization = z.object({ organization: organizationRef });
const group = z.object({ group: uuid });

export const groupRoutes = {
  list: route
    .meta({ permission: 'group:read' })
    .route({
      method: 'GET',
      path: '/groups',
      tags,
      summary: 'Groups: of an organization, of a user (has_member), or by ids',
    })
    .input(z.object(groupsQuery))
    .output(z.array(groupSchema)),
  listInOrganization: route
    .meta({ permission: 'group:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/groups',
      tags,
      summary: 'Groups of an organization',
    })
    .input(organization.extend({ limit: groupsQuery.limit, offset: groupsQuery.offset }))
    .output(z.array(groupSchema)),
  create: route
    .meta({ permission: 'group:create', audit: { action: 'create', resource: 'group' } })
    .route({
      method: 'POST',
      path: '/organizations/{organization}/groups',
      tags,
      successStatus: 201,
      summary: 'Create a group',
    })
    .input(createGroupSchema.extend({ organization: organizationRef }))
    .output(groupSchema),
  getByName: route
    .meta({ permission: 'group:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/groups/{name}',
      tags,
      summary: 'One group, by name',
    })
    .input(organization.extend({ name: z.string().min(1).max(64) }))
    .output(groupSchema),
  get: route
    .meta({ permission: 'group:read' })
    .route({ method: 'GET', path: '/groups/{group}', tags, summary: 'One group' })
    .input(group)
    .output(groupSchema),
  members: route
    .meta({ permission: 'group:read' })
    .route({ method: 'GET', path: '/groups/{group}/members', tags, summary: 'Members of a group, by name' })
    .input(group.extend(paging))
    .output(z.object({ users: z.array(reducedUserSchema), count: z.int() })),
  update: route
    .meta({
      permission: 'group:update',
      session: 'while-approving',
      audit: { action: 'write', resource: 'group' },
    })
    .route({
      method: 'PATCH',
      path: '/groups/{group}',
      tags,
      summary: 'Change a group and its members; what is left out stays',
    })
    .input(updateGroupSchema.extend({ group: uuid }))
    .output(groupSchema),
  delete: route
    .meta({ permission: 'group:delete', audit: { action: 'delete', resource: 'group' } })
    .route({
      method: 'DELETE',
      path: '/groups/{group}',
      tags,
      summary: 'Delete a group, with what was shared with it',
    })
    .input(group)
    .output(responseMessage),
};
