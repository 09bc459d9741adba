import type { HealthReport, HealthSection } from '@coder/api';
import { authorize } from '../authorization/index.ts';
import { api } from '../http/index.ts';
import type { HealthSettings } from './health-settings.ts';

type Deps = {
  report: (dismissed: readonly HealthSection[], force?: boolean) => Promise<HealthReport>;
  settings: HealthSettings;
};

/** The routes of the health report, which shows the insides of the deployment. */
export const healthRoutes = ({ report, settings }: Deps) => ({
  report: api.health.report.handler(async ({ input, context }) => {
    authorize(context.actor!, 'read', { type: 'debug_info' });
    return report(await settings.read(), input.force);
  }),
  settings: api.health.settings.handler(async ({ context }) => {
    authorize(context.actor!, 'read', { type: 'debug_info' });
    return { dismissed_healthchecks: await settings.read() };
  }),
  updateSettings: api.health.updateSettings.handler(async ({ input, context }) => {
    authorize(context.actor!, 'update', { type: 'deployment_config' });
    const { before, after } = await settings.write(input.dismissed_healthchecks);
    context.audit.diff('dismissed_healthchecks', before, after);
    return { dismissed_healthchecks: after };
  }),
});
