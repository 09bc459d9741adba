import * as z from 'zod';
import { route } from '../route.ts';
import { queryBoolean } from '../schemas/common.ts';
import { healthReportSchema, healthSettingsSchema } from '../schemas/health.ts';

const tags = ['Health'];

export const healthRoutes = {
  report: route
    .meta({ permission: 'debug_info:read' })
    .route({
      method: 'GET',
      path: '/debug/health',
      tags,
      summary: 'Whether the deployment can do its work; force=true looks anew',
    })
    .input(z.object({ force: queryBoolean.optional() }))
    .output(healthReportSchema),
  settings: route
    .meta({ permission: 'debug_info:read' })
    .route({
      method: 'GET',
      path: '/debug/health/settings',
      tags,
      summary: 'The parts of the report that are dismissed',
    })
    .output(healthSettingsSchema),
  updateSettings: route
    .meta({
      permission: 'deployment_config:update',
      audit: { action: 'write', resource: 'health_settings' },
    })
    .route({
      method: 'PUT',
      path: '/debug/health/settings',
      tags,
      summary: 'Dismiss parts of the report, and only those',
    })
    .input(healthSettingsSchema)
    .output(healthSettingsSchema),
};
