export { loadDaemons } from './daemons.ts';
export { type ProvisioningDeps, provisionerRoutes } from './routes.ts';
