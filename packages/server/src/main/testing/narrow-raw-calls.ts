import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { API_PREFIX, type RawRoute, SESSION_TOKEN_HEADER } from '@coder/api';
import { WebSocket } from 'ws';
import { type Answer, answerOf } from './narrow-calls.ts';
import type { RawCall } from './narrow-raw-routes.ts';

/** Calls a raw route: as a WebSocket where it is one, else by HTTP. What streams is read up to its first piece. */
export async function callRaw(url: string, token: string, route: RawRoute, call: RawCall): Promise<Answer> {
  const { path, method = 'GET', headers = {}, body } = call;
  const address = path.startsWith('//') ? `${url}${path.slice(1)}` : `${url}${API_PREFIX}${path}`;
  const asked = `${decodeURIComponent(address)} ${body ?? ''}`;
  const all = { ...headers, [SESSION_TOKEN_HEADER]: token };
  if (route.kind === 'websocket') return connect(address, all, asked);
  const response = await fetch(address, { method, headers: all, body: body ?? null, redirect: 'manual' });
  if (!response.ok || !response.body) return answerOf(response, asked);
  const reader = response.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return answerOf(new Response(value ?? null, response), asked);
}

async function connect(address: string, headers: Record<string, string>, asked: string): Promise<Answer> {
  const socket = new WebSocket(address.replace('http', 'ws'), { headers });
  const answered = Promise.withResolvers<Answer>();
  socket.once('message', (data) => {
    answered.resolve({ outcome: 'ok', status: 101, text: String(data), asked });
  });
  socket.once('close', () => answered.resolve({ outcome: 'ok', status: 101, text: '', asked }));
  socket.once('unexpected-response', (_, response: IncomingMessage) => {
    const headersOf = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
    answered.resolve(
      text(response).then((body) =>
        answerOf(
          new Response(body, {
            status: response.statusCode ?? 500,
            headers: headersOf as [string, string][],
          }),
          asked,
        ),
      ),
    );
  });
  socket.once('error', answered.reject);
  try {
    return await answered.promise;
  } finally {
    if (socket.readyState === socket.OPEN) {
      socket.close();
      await once(socket, 'close');
    }
  }
}
