import type { DeploymentStats } from '@coder/api';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../database/index.ts';
import { api } from '../http/index.ts';
import { checkAuthorization } from './check-authorization.ts';
import { configReport } from './config-report.ts';
import { entitlements } from './entitlements.ts';

export type ReportRoutesDeps = {
  db: Db;
  clock: Clock;
  config: Config;
  stats: (actor: Actor) => Promise<DeploymentStats>;
  version: string;
  accessUrl: string;
  deploymentId: string;
};

/** The routes by which the deployment tells how it is set up and what goes on in it. */
export const reportRoutes = ({
  db,
  clock,
  config,
  stats,
  version,
  accessUrl,
  deploymentId,
}: ReportRoutesDeps) => ({
  greeting: api.deployment.greeting.handler(() => ({
    message: 'This is the API. It is described at /api/v2/openapi.json.',
  })),
  config: api.deployment.config.handler(({ context }) => {
    authorize(context.actor!, 'read', { type: 'deployment_config' });
    return configReport(config);
  }),
  stats: api.deployment.stats.handler(({ context }) => stats(context.actor!)),
  sshConfig: api.deployment.sshConfig.handler(() => ({
    hostname_prefix: 'coder.',
    // Names with a suffix are looked up in a network of their own, which this deployment does not have.
    hostname_suffix: '',
    ssh_config_options: {},
  })),
  // What upstream answers where looking for updates is switched off.
  updateCheck: api.deployment.updateCheck.handler(() => ({ current: true, version, url: accessUrl })),
  regions: api.deployment.regions.handler(() => ({
    regions: [
      {
        id: deploymentId,
        name: 'primary',
        display_name: 'Default',
        icon_url: '',
        healthy: true,
        path_app_url: accessUrl,
        wildcard_hostname: config.wildcardAccessUrl,
      },
    ],
  })),
  entitlements: api.deployment.entitlements.handler(() => entitlements(clock.now())),
  checkAuthorization: api.deployment.checkAuthorization.handler(({ input, context }) =>
    checkAuthorization(db, context.actor!, input.checks),
  ),
});
