import * as z from 'zod';
import { route } from '../route.ts';
import { queryList, uuid } from '../schemas/common.ts';
import {
  dausSchema,
  insightsIntervals,
  insightsRange,
  insightsSections,
  templateInsightsSchema,
  timeZoneOffset,
  userActivitySchema,
  userStatusCountsSchema,
} from '../schemas/insights.ts';

const tags = ['Insights'];

export const insightsRoutes = {
  daus: route
    .meta({ permission: 'deployment_config:read' })
    .route({
      method: 'GET',
      path: '/insights/daus',
      tags,
      summary: 'How many users had a workspace in use, by day, over the last 60 days',
    })
    .input(z.object({ tz_offset: timeZoneOffset }))
    .output(dausSchema),
  templateDaus: route
    .meta({ permission: 'template:view_insights' })
    .route({
      method: 'GET',
      path: '/templates/{template}/daus',
      tags,
      summary: 'The same of the workspaces of one template',
    })
    .input(z.object({ template: uuid, tz_offset: timeZoneOffset }))
    .output(dausSchema),
  userActivity: route
    .meta({ permission: 'template:view_insights' })
    .route({
      method: 'GET',
      path: '/insights/user-activity',
      tags,
      summary: 'For how long each user had a workspace in use',
    })
    .input(z.object(insightsRange))
    .output(userActivitySchema),
  templates: route
    .meta({ permission: 'template:view_insights' })
    .route({
      method: 'GET',
      path: '/insights/templates',
      tags,
      summary: 'Who was active, which apps were opened and which values parameters were given',
    })
    .input(
      z.object({
        ...insightsRange,
        interval: z.enum(insightsIntervals).optional(),
        sections: queryList(z.enum(insightsSections)).optional(),
      }),
    )
    .output(templateInsightsSchema),
  userStatusCounts: route
    .meta({ permission: 'user:read' })
    .route({
      method: 'GET',
      path: '/insights/user-status-counts',
      tags,
      summary: 'How many users were active, dormant and suspended, by day, over the last 60 days',
    })
    .input(z.object({ tz_offset: timeZoneOffset, timezone: z.string().max(64).optional() }))
    .output(userStatusCountsSchema),
};
