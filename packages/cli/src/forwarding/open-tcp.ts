import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { API_PREFIX, ApiError, errorFromBody, SESSION_TOKEN_HEADER } from '@coder/api';
import { WebSocket } from 'ws';

/** Where an agent is reached, and as whom. */
export type TcpTarget = { url: string; token: string; agent: string };

/** Opens a TCP connection to a port of a workspace through its agent. A refusal is thrown as an {@link ApiError}. */
export function openTcp({ url, token, agent }: TcpTarget, port: number): Promise<WebSocket> {
  const base = url.replace(/\/+$/, '').replace(/^http/, 'ws');
  const socket = new WebSocket(`${base}${API_PREFIX}/workspaceagents/${agent}/tcp?port=${port}`, {
    headers: { [SESSION_TOKEN_HEADER]: token, 'user-agent': 'coder-cli' },
    perMessageDeflate: false,
    handshakeTimeout: 45_000,
  });
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const failed = (cause: Error) =>
    reject(new ApiError('SERVER_UNREACHABLE', { message: `Cannot reach ${url}.`, cause }));
  socket.once('open', () => {
    socket.off('error', failed);
    resolve(socket);
  });
  socket.once('error', failed);
  socket.once('unexpected-response', (_, response) => {
    readRefusal(response).then(reject, reject);
  });
  return promise;
}

async function readRefusal(response: IncomingMessage): Promise<ApiError> {
  const body: unknown = await text(response)
    .then(JSON.parse)
    .catch(() => undefined);
  return errorFromBody(response.statusCode ?? 502, body, undefined);
}
