export { createQuotas } from './quotas.ts';
export { type BuildSize, reserveQuota } from './reserve.ts';
export { quotaRoutes } from './routes.ts';
