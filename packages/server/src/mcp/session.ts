import { type ApiClient, createApiClient } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { RequestInfo } from '../http/index.ts';
import type { McpDeps } from './deps.ts';

/** A verified request to the MCP endpoint. */
export type McpRequest = {
  readonly actor: Actor;
  readonly info: Pick<RequestInfo, 'id' | 'ip' | 'userAgent'>;
  readonly client: ApiClient;
};

/**
 * The REST client of one request. It calls the contract's routes in this process and passes the verified actor along,
 * so that a tool call is authenticated once however many routes it takes.
 */
export function clientFor(
  { accessUrl, handleApi }: Pick<McpDeps, 'accessUrl' | 'handleApi'>,
  actor: Actor,
  info: McpRequest['info'],
): ApiClient {
  const extra = { ip: info.ip, requestId: info.id, userAgent: info.userAgent, actor };
  return createApiClient({
    url: accessUrl,
    fetch: async (request) =>
      (await handleApi(request, extra)) ?? Response.json({ message: 'Route not found.' }, { status: 404 }),
  });
}
