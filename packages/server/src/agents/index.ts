export { type Agents, type AgentsOptions, createAgents } from './agents.ts';
export type { AgentConnection } from './link/index.ts';
export type { ShutdownAgent, ShutdownAgentOptions } from './links/shutdown.ts';
export { latestAppStatus } from './present/app-statuses.ts';
export { type LoadAgentsOptions, loadAgent, loadAgents } from './present/load-agents.ts';
export { agentStatus, DEFAULT_INACTIVE_DISCONNECT_MS } from './present/status.ts';
export { isStreamedBody } from './raw-routes.ts';
export type { AgentAccess } from './routes/access.ts';
export { type AgentTarget, findTargets, workspaceResource } from './routes/agent-target.ts';
