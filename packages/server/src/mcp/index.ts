export type { McpDeps } from './deps.ts';
export { createMcpRoutes } from './routes.ts';
