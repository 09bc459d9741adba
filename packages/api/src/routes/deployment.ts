import * as z from 'zod';
import { route } from '../route.ts';
import { paging, queryInteger, userRef } from '../schemas/common.ts';
import { auditLogSchema, buildInfoSchema } from '../schemas/deployment.ts';

const auditQuery = {
  q: z.string().max(1024).optional(),
  limit: queryInteger.min(1).max(1000).optional(),
  offset: queryInteger.min(0).optional(),
  /** The entry to read on after: unlike an offset it stays right while entries are written. */
  after_id: paging.after_id,
};
const auditPage = z.object({ audit_logs: z.array(auditLogSchema), count: z.int() });

export const deploymentRoutes = {
  buildInfo: route
    .meta({ auth: 'none' })
    .route({ method: 'GET', path: '/buildinfo', tags: ['General'], summary: 'Build info' })
    .output(buildInfoSchema),
  experiments: route
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/experiments', tags: ['General'], summary: 'Enabled experiments' })
    .output(z.array(z.string())),
  availableExperiments: route
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/experiments/available', tags: ['General'], summary: 'Known experiments' })
    .output(z.object({ safe: z.array(z.string()) })),
  scopes: route
    .meta({ auth: 'none' })
    .route({
      method: 'GET',
      path: '/auth/scopes',
      tags: ['Authorization'],
      summary: 'Scopes a token may ask for',
    })
    .output(z.object({ external: z.array(z.string()) })),
  appHost: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/applications/host',
      tags: ['Applications'],
      summary: 'Host of subdomain apps',
    })
    .output(z.object({ host: z.string() })),
  audit: route
    .meta({ permission: 'audit_log:read' })
    .route({ method: 'GET', path: '/audit', tags: ['Audit'], summary: 'Audit log, newest first' })
    .input(z.object(auditQuery))
    .output(auditPage),
  activity: route
    .meta({ permission: 'user:read_personal' })
    .route({
      method: 'GET',
      path: '/users/{user}/activity',
      tags: ['Audit'],
      summary: "What a user's sessions, tokens and applications have done, newest first",
    })
    .input(z.object({ user: userRef, ...auditQuery }))
    .output(auditPage),
};
