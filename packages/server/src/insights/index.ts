export { pruneUsage } from './prune.ts';
export { insightsRoutes } from './routes.ts';
