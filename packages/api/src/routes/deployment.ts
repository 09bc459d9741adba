import * as z from 'zod';
import { route } from '../route.ts';
import { paging, queryInteger, responseMessage, userRef } from '../schemas/common.ts';
import { auditLogSchema, buildInfoSchema } from '../schemas/deployment.ts';
import {
  authorizationChecksSchema,
  deploymentConfigSchema,
  deploymentStatsSchema,
  entitlementsSchema,
  regionSchema,
  sshConfigSchema,
  updateCheckSchema,
} from '../schemas/deployment-reports.ts';

const auditQuery = {
  q: z.string().max(1024).optional(),
  limit: queryInteger.min(1).max(1000).optional(),
  offset: queryInteger.min(0).optional(),
  /** The entry to read on after: unlike an offset it stays right while entries are written. */
  after_id: paging.after_id,
};
const auditPage = z.object({ audit_logs: z.array(auditLogSchema), count: z.int() });

export const deploymentRoutes = {
  greeting: route
    .meta({ auth: 'none' })
    .route({ method: 'GET', path: '/', tags: ['General'], summary: 'A greeting: this is the API' })
    .output(responseMessage),
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
  config: route
    .meta({ permission: 'deployment_config:read' })
    .route({
      method: 'GET',
      path: '/deployment/config',
      tags: ['General'],
      summary: "The server's options with their values, without secrets",
    })
    .output(deploymentConfigSchema),
  stats: route
    .meta({ permission: 'deployment_stats:read' })
    .route({
      method: 'GET',
      path: '/deployment/stats',
      tags: ['General'],
      summary: 'How many workspaces there are in which state',
    })
    .output(deploymentStatsSchema),
  sshConfig: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/deployment/ssh',
      tags: ['General'],
      summary: 'What a command line writes into its configuration for SSH',
    })
    .output(sshConfigSchema),
  updateCheck: route
    .meta({ auth: 'none' })
    .route({
      method: 'GET',
      path: '/updatecheck',
      tags: ['General'],
      summary: 'The newest version that the server knows of: its own, since it asks nobody',
    })
    .output(updateCheckSchema),
  regions: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/regions',
      tags: ['General'],
      summary: 'Where apps of workspaces are reached: by this deployment itself',
    })
    .output(z.object({ regions: z.array(regionSchema) })),
  entitlements: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/entitlements',
      tags: ['General'],
      summary: 'Which of the things that upstream sells are here, where they need no licence',
    })
    .output(entitlementsSchema),
  checkAuthorization: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'POST',
      path: '/authcheck',
      tags: ['Authorization'],
      summary: 'What of a list of things you may do, with the token you send',
    })
    .input(authorizationChecksSchema)
    .output(z.record(z.string(), z.boolean())),
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
