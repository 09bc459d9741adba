import { authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { api } from '../http/index.ts';
import { allowedTemplates } from './allowed-templates.ts';
import { dailyActiveUsers } from './daus.ts';
import { parseRange } from './range.ts';
import { intervalReports, templateReport } from './template-insights.ts';
import { userActivity } from './user-activity.ts';
import { timeZoneOf, userStatusCounts } from './user-status.ts';

/** The routes of what goes on over days, from what is recorded of it. */
export const insightsRoutes = ({ db, clock }: { readonly db: Db; readonly clock: Clock }) => ({
  daus: api.insights.daus.handler(({ input, context }) => {
    authorize(context.actor!, 'read', { type: 'deployment_config' });
    return dailyActiveUsers(db, clock.now(), input.tz_offset);
  }),
  templateDaus: api.insights.templateDaus.handler(async ({ input, context }) => {
    await allowedTemplates(db, context.actor!, [input.template]);
    return dailyActiveUsers(db, clock.now(), input.tz_offset, input.template);
  }),
  userActivity: api.insights.userActivity.handler(async ({ input, context }) => {
    const templates = await allowedTemplates(db, context.actor!, input.template_ids);
    return userActivity(db, templates, parseRange(input.start_time, input.end_time, clock.now()));
  }),
  templates: api.insights.templates.handler(async ({ input, context }) => {
    const { start_time: start, end_time: end, interval, sections } = input;
    const templates = await allowedTemplates(db, context.actor!, input.template_ids);
    const range = parseRange(start, end, clock.now());
    const asked = sections ?? ['report', 'interval_reports'];
    return {
      ...(asked.includes('report') ? { report: await templateReport(db, templates, range) } : {}),
      ...(asked.includes('interval_reports') && interval !== undefined
        ? { interval_reports: await intervalReports(db, templates, range, interval) }
        : {}),
    };
  }),
  userStatusCounts: api.insights.userStatusCounts.handler(({ input, context }) => {
    authorize(context.actor!, 'read', { type: 'user' });
    return userStatusCounts(db, clock.now(), timeZoneOf(input.timezone, input.tz_offset));
  }),
});
