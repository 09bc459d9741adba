export { AgentError, AgentUnreachable } from './agent-error.ts';
export { type AgentConnection, createAgentConnection } from './connection.ts';
export type { FileCalls } from './file-calls.ts';
export type { ProcessStreamItem } from './process-calls.ts';
export type { TerminalConnection } from './workspace-calls.ts';
