import type { ApiClient } from '@coder/api';
import type { ToolCallMark } from '@coder/tools/mcp';
import type { Actor } from '../authorization/index.ts';
import type { CallIntent, RequestInfo } from '../http/index.ts';
import type { McpDeps } from './deps.ts';

/** A verified request to the MCP endpoint. */
export type McpRequest = {
  readonly actor: Actor;
  readonly info: Pick<RequestInfo, 'id' | 'ip' | 'userAgent'>;
  readonly client: ApiClient;
};

/** The client for one tool call, whose routes are told for which tool it is. */
export function clientFor(
  deps: Pick<McpDeps, 'clientFor'>,
  { actor, info }: McpRequest,
  mark: ToolCallMark & { intent?: CallIntent },
): ApiClient {
  return deps.clientFor({ actor, requestId: info.id, ip: info.ip, userAgent: info.userAgent, ...mark });
}
