export { loadDaemons, matchDaemons } from './daemons.ts';
export { type ProvisioningDeps, provisionerRoutes } from './routes.ts';
