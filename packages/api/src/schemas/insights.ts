import * as z from 'zod';
import { queryInteger, queryList, time, uuid } from './common.ts';

/** Hours east of UTC, by which days are told apart. */
export const timeZoneOffset = queryInteger.min(-12).max(14).default(0);

export const dausSchema = z.object({
  /** One entry a day, the oldest first: `2026-01-31`. */
  entries: z.array(z.object({ date: z.string(), amount: z.int() })),
  tz_hour_offset: z.int(),
});
export type Daus = z.infer<typeof dausSchema>;

/** From midnight to midnight of the same time zone; what is not over yet ends at a full hour. */
export const insightsRange = {
  start_time: z.iso.datetime({ offset: true }),
  end_time: z.iso.datetime({ offset: true }),
  template_ids: queryList(uuid).optional(),
};

const period = { start_time: time, end_time: time, template_ids: z.array(uuid) };

export const userActivitySchema = z.object({
  report: z.object({
    ...period,
    users: z.array(
      z.object({
        template_ids: z.array(uuid),
        user_id: uuid,
        username: z.string(),
        avatar_url: z.string(),
        /** How long something went on in the user's workspaces, by whole minutes. */
        seconds: z.int(),
      }),
    ),
  }),
});
export type UserActivity = z.infer<typeof userActivitySchema>;

export const insightsIntervals = ['day', 'week'] as const;
export const insightsSections = ['report', 'interval_reports'] as const;

const appUsageSchema = z.object({
  template_ids: z.array(uuid),
  type: z.enum(['builtin', 'app']),
  display_name: z.string(),
  slug: z.string(),
  icon: z.string(),
  /** How long apps are used is not measured; how often they are opened is. */
  seconds: z.null(),
  times_used: z.int(),
});

const parameterUsageSchema = z.object({
  template_ids: z.array(uuid),
  display_name: z.string(),
  name: z.string(),
  type: z.string(),
  description: z.string(),
  options: z
    .array(z.object({ name: z.string(), description: z.string(), value: z.string(), icon: z.string() }))
    .optional(),
  values: z.array(z.object({ value: z.string(), count: z.int() })),
});

export const templateInsightsSchema = z.object({
  report: z
    .object({
      ...period,
      active_users: z.int(),
      apps_usage: z.array(appUsageSchema),
      parameters_usage: z.array(parameterUsageSchema),
    })
    .optional(),
  interval_reports: z
    .array(z.object({ ...period, interval: z.enum(insightsIntervals), active_users: z.int() }))
    .optional(),
});
export type TemplateInsights = z.infer<typeof templateInsightsSchema>;

const counts = z.array(z.object({ date: time, count: z.int() }));
export const userStatusCountsSchema = z.object({
  status_counts: z.object({ active: counts, dormant: counts, suspended: counts }),
});
export type UserStatusCounts = z.infer<typeof userStatusCountsSchema>;
