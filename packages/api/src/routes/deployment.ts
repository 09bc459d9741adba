import * as z from 'zod';
import { route } from '../route.ts';
import { paging, queryInteger } from '../schemas/common.ts';
import { auditLogSchema, buildInfoSchema } from '../schemas/deployment.ts';

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
    .input(
      z.object({
        q: z.string().max(1024).optional(),
        limit: queryInteger.min(1).max(1000).optional(),
        offset: queryInteger.min(0).optional(),
        /** The entry to read on after: unlike an offset it stays right while entries are written. */
        after_id: paging.after_id,
      }),
    )
    .output(z.object({ audit_logs: z.array(auditLogSchema), count: z.int() })),
};
