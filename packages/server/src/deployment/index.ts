export { readDeploymentId } from './deployment-id.ts';
export { deploymentRoutes } from './routes.ts';
