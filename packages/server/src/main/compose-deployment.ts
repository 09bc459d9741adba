import { createAuditLogReader } from '../audit/index.ts';
import { knownExperiments, safeExperiments } from '../config/index.ts';
import {
  createDeploymentStats,
  createHealthReports,
  createHealthSettings,
  deploymentRoutes,
  healthRoutes,
  reportRoutes,
} from '../deployment/index.ts';
import { loadDaemons, type ProvisioningDeps, provisionerRoutes } from '../provisioning/index.ts';
import type { Ground } from './ground.ts';

type Needs = Pick<ProvisioningDeps, 'organizations' | 'runtimes'>;

/** What the deployment tells of itself: how it is set up, what goes on in it, what has been done, and whether it is well. */
export function composeDeployment(
  { config, accessUrl, clock, log, version, deploymentId, database: { db } }: Ground,
  { organizations, runtimes }: Needs,
) {
  const report = createHealthReports({
    db,
    clock,
    log,
    version,
    accessUrl,
    isAccessUrlSet: config.accessUrl !== '',
    async daemons() {
      const { id } = await db
        .selectFrom('organizations')
        .select('id')
        .where('is_default', '=', true)
        .executeTakeFirstOrThrow();
      return loadDaemons({ db, clock, runtimes }, id);
    },
  });
  return {
    deployment: {
      ...deploymentRoutes({
        auditLog: createAuditLogReader({ db }),
        experiments: knownExperiments.filter((name) => config.experiments.has(name)),
        safeExperiments,
        version,
        accessUrl,
        deploymentId,
        appHost: config.wildcardAccessUrl,
      }),
      ...reportRoutes({
        db,
        clock,
        config,
        stats: createDeploymentStats({ db, clock }),
        version,
        accessUrl,
        deploymentId,
      }),
    },
    health: healthRoutes({ report, settings: createHealthSettings({ db }) }),
    provisioners: provisionerRoutes({ db, clock, runtimes, organizations }),
  };
}
