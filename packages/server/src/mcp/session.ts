import type { ApiClient } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { RequestInfo } from '../http/index.ts';

/** A verified request to the MCP endpoint. */
export type McpRequest = {
  readonly actor: Actor;
  readonly info: Pick<RequestInfo, 'id' | 'ip' | 'userAgent'>;
  readonly client: ApiClient;
};
