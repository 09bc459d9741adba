import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, userRef, uuid } from '../schemas/common.ts';
import {
  changeLimitsSchema,
  groupQuotaSchema,
  memberQuotaSchema,
  workspaceQuotaSchema,
} from '../schemas/quotas.ts';

const tags = ['Quotas'];
const member = z.object({ organization: organizationRef, user: userRef });
const group = z.object({ group: uuid });

export const quotaRoutes = {
  credits: route
    .meta({ permission: 'organization_member:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/members/{user}/workspace-quota',
      tags,
      summary: 'Credits of a member, and how many its workspaces cost a day',
    })
    .input(member)
    .output(workspaceQuotaSchema),
  creditsInDefault: route
    .meta({ permission: 'organization_member:read' })
    .route({
      method: 'GET',
      path: '/workspace-quota/{user}',
      tags,
      summary: 'Credits of a user in the default organization (older route)',
    })
    .input(z.object({ user: userRef }))
    .output(workspaceQuotaSchema),
  getMember: route
    .meta({ permission: 'organization_member:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/members/{user}/resource-quota',
      tags,
      summary: 'Limits of a member on workspaces, cpu, memory and disk, and what it uses',
    })
    .input(member)
    .output(memberQuotaSchema),
  updateMember: route
    .meta({
      permission: 'organization_member:update',
      audit: { action: 'write', resource: 'organization_member' },
    })
    .route({
      method: 'PATCH',
      path: '/organizations/{organization}/members/{user}/resource-quota',
      tags,
      summary: 'Change the limits of a member; null takes a limit away',
    })
    .input(z.strictObject({ organization: organizationRef, user: userRef, limits: changeLimitsSchema }))
    .output(memberQuotaSchema),
  getGroup: route
    .meta({ permission: 'group:read' })
    .route({
      method: 'GET',
      path: '/groups/{group}/resource-quota',
      tags,
      summary: 'Limits that a group sets for each member and for all together',
    })
    .input(group)
    .output(groupQuotaSchema),
  updateGroup: route
    .meta({ permission: 'group:update', audit: { action: 'write', resource: 'group' } })
    .route({
      method: 'PATCH',
      path: '/groups/{group}/resource-quota',
      tags,
      summary: 'Change the limits that a group sets; null takes a limit away',
    })
    .input(
      z.strictObject({
        group: uuid,
        member_limits: changeLimitsSchema.optional(),
        total_limits: changeLimitsSchema.optional(),
      }),
    )
    .output(groupQuotaSchema),
};
