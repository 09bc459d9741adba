export type { McpDeps, McpSettings } from './deps.ts';
export { createMcpRoutes, type McpRoutes } from './routes.ts';
