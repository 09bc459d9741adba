export { latestAppStatus } from './present/app-statuses.ts';
export { type LoadAgentsOptions, loadAgents } from './present/load-agents.ts';
export { agentStatus, DEFAULT_INACTIVE_DISCONNECT_MS } from './present/status.ts';
