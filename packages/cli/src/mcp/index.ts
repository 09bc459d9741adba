export { type Configured, type ConfigureOptions, configureClient } from './configure/configure.ts';
export { mcpCommand } from './mcp-command.ts';
export { type McpServerOptions, runMcpServer } from './server/run.ts';
