export { createAgents } from './agents.ts';
export { type AgentConnection, AgentError } from './link/index.ts';
export { latestAppStatus } from './present/app-statuses.ts';
export { loadAgents } from './present/load-agents.ts';
export { DEFAULT_INACTIVE_DISCONNECT_MS } from './present/status.ts';
export { isStreamedBody } from './raw-routes.ts';
export type { AgentAccess } from './routes/access.ts';
export { fromAgentFailure } from './routes/agent-error.ts';
export { type AgentTarget, findTargets, workspaceResource } from './routes/agent-target.ts';
