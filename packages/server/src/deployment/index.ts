export { readDeploymentId } from './deployment-id.ts';
export { createHealthReports } from './health.ts';
export { healthRoutes } from './health-routes.ts';
export { createHealthSettings } from './health-settings.ts';
export { reportRoutes } from './report-routes.ts';
export { deploymentRoutes } from './routes.ts';
export { createDeploymentStats } from './stats.ts';
