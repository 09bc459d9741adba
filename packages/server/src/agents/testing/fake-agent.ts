import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { createWebSocketStream, WebSocket } from 'ws';

/** A program that holds the token of an agent and answers as it likes. */
export async function dialAsAgent(
  url: string,
  token: string,
  answer: (path: string, stream: ServerHttp2Stream, method: string) => void,
) {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    answer(String(headers[':path']), stream, String(headers[':method']));
  });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v2/workspaceagents/me/link`, {
    headers: { 'coder-session-token': token },
  });
  socket.on('error', () => undefined);
  // At once: what the other side says first comes with the upgrade.
  socket.on('open', () => {
    const duplex = createWebSocketStream(socket);
    duplex.on('error', () => undefined);
    server.emit('connection', duplex);
  });
  const closed = once(socket, 'close');
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
  ]);
  return { status, closed };
}

/** What an agent answers to its manifest, as JSON. */
export const manifestApplied = JSON.stringify({
  applied: true,
  agent: {
    version: 'v1',
    boot_id: 'b',
    started_at: new Date(0).toISOString(),
    pid: 1,
    build_id: null,
    lifecycle: 'ready',
    directory: '/',
    home: '/',
    operating_system: 'linux',
    architecture: 'x64',
    hostname: 'h',
    last_seq: 0,
  },
});
