export { readDeploymentId } from './deployment-id.ts';
export { type DeploymentRoutesDeps, deploymentRoutes } from './routes.ts';
