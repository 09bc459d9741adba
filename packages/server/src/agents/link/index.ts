export { AgentError, AgentUnreachable } from './agent-error.ts';
export { type AgentConnection, type ConnectionOptions, createAgentConnection } from './connection.ts';
export type { Download, FileCalls, UploadInput } from './file-calls.ts';
export type { ProcessCalls, ProcessStreamItem } from './process-calls.ts';
export type { CallOptions } from './request.ts';
export type { TerminalConnection, WorkspaceCalls } from './workspace-calls.ts';
