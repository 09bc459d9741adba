import * as z from 'zod';
import { route } from '../route.ts';
import {
  approvalListSchema,
  approvalPolicySchema,
  approvalSchema,
  approvalStatuses,
  updateApprovalPolicySchema,
} from '../schemas/approvals.ts';
import { paging, userRef, uuid } from '../schemas/common.ts';

const tags = ['Approvals'];
const approval = z.object({ approval: uuid });

/**
 * Approvals are given by people: what decides, or changes what is demanded, takes a session of one's own, never a token.
 */
export const approvalRoutes = {
  list: route
    .meta({ permission: 'user:read_personal' })
    .route({ method: 'GET', path: '/approvals', tags, summary: 'What is or was to be approved' })
    .input(
      z.object({
        status: z.enum(approvalStatuses).optional(),
        /** A username, an id or `me`, the default; for owners also `all`. */
        user: userRef.optional(),
        limit: paging.limit,
        offset: paging.offset,
      }),
    )
    .output(approvalListSchema),
  getPolicy: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/approvals/policy',
      tags,
      summary: 'For which actions the deployment demands approval',
    })
    .output(approvalPolicySchema),
  updatePolicy: route
    .meta({
      permission: 'deployment_config:update',
      session: true,
      audit: { action: 'write', resource: 'approval_policy' },
    })
    .route({
      method: 'PUT',
      path: '/approvals/policy',
      tags,
      summary: 'Change for which actions the deployment demands approval',
    })
    .input(updateApprovalPolicySchema)
    .output(approvalPolicySchema),
  get: route
    .meta({ permission: 'user:read_personal' })
    .route({ method: 'GET', path: '/approvals/{approval}', tags, summary: 'Exactly what is asked' })
    .input(approval)
    .output(approvalSchema),
  approve: route
    .meta({
      permission: 'user:update_personal',
      session: true,
      audit: { action: 'write', resource: 'approval' },
    })
    .route({
      method: 'POST',
      path: '/approvals/{approval}/approve',
      tags,
      summary: 'Let the same call through, once, within ten minutes',
    })
    .input(approval)
    .output(approvalSchema),
  deny: route
    .meta({
      permission: 'user:update_personal',
      session: true,
      audit: { action: 'write', resource: 'approval' },
    })
    .route({
      method: 'POST',
      path: '/approvals/{approval}/deny',
      tags,
      summary: 'Refuse it, and take an approval back that has not been used',
    })
    .input(approval.extend({ reason: z.string().trim().max(500).optional() }).strict())
    .output(approvalSchema),
  getUserPolicy: route
    .meta({ permission: 'user:read_personal' })
    .route({
      method: 'GET',
      path: '/users/{user}/approval-policy',
      tags,
      summary: 'For which actions a user demands approval',
    })
    .input(z.object({ user: userRef }))
    .output(approvalPolicySchema),
  updateUserPolicy: route
    .meta({
      permission: 'user:update_personal',
      session: true,
      audit: { action: 'write', resource: 'approval_policy' },
    })
    .route({
      method: 'PUT',
      path: '/users/{user}/approval-policy',
      tags,
      summary: 'Change for which actions a user demands approval',
    })
    .input(updateApprovalPolicySchema.extend({ user: userRef }))
    .output(approvalPolicySchema),
};
