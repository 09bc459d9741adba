import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { joinTcp, SESSION_TOKEN_HEADER } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Harness, harness } from '../testing/harness.ts';

/** Counts what comes and says how much when the other side has ended; for the word "pour" it sends 30 MB. */
const PROGRAM = `
const server = require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  let total = 0;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    total += bytes.length;
    if (bytes.toString() === 'pour') for (let i = 0; i < 30; i++) socket.write(Buffer.alloc(1_000_000, 7));
    if (bytes.toString() === 'break') socket.resetAndDestroy();
  });
  socket.on('end', () => socket.end('total ' + total));
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
`;

let h: Harness;
let port = 0;
let base: string;
let headers: Record<string, string>;

beforeAll(async () => {
  h = await harness();
  const user = await h.user();
  const { agentId: agent } = await h.workspace(user).then(async (seeded) => {
    await h.startAgent(seeded);
    return seeded;
  });
  const client = h.client(user);
  await client.processes.start({ agent, id: 'listens', argv: [process.execPath, '-e', PROGRAM] });
  const { chunks } = await client.processes.output({ agent, process: 'listens', wait_ms: 10_000 });
  port = Number(/port (\d+)/.exec(chunks.map((chunk) => chunk.data).join(''))?.[1]);
  base = `${h.url.replace('http', 'ws')}/api/v2/workspaceagents/${agent}/tcp`;
  headers = { [SESSION_TOKEN_HEADER]: user.token };
});
afterAll(() => h[Symbol.asyncDispose]());

/** The two ends of a local TCP connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: local } = server.address() as { port: number };
  const one = connect({ port: local, host: '127.0.0.1', allowHalfOpen: true });
  const [other] = (await once(server, 'connection')) as [Socket];
  server.close();
  return [one, other];
}

/** A local connection joined to the port, as `coder port-forward` does. */
async function joined() {
  const socket = new WebSocket(`${base}?port=${port}`, { headers });
  await once(socket, 'open');
  const [near, far] = await pair();
  return { socket, near, over: joinTcp(socket, far) };
}

describe('a TCP connection to a port of a workspace', () => {
  it('carries more than fits on the way, and the end of one side alone', async () => {
    const { near, over } = await joined();
    for (let i = 0; i < 30; i++) {
      if (!near.write(Buffer.alloc(1_000_000, i + 1))) await once(near, 'drain');
    }
    near.end();
    expect(await text(near)).toBe('total 30000000');
    await over;
  });

  it('holds what is not read, and brings all of it', async () => {
    const { near, over } = await joined();
    near.write('pour');
    await once(near, 'readable');
    near.end();
    const all = await buffer(near);
    expect([all.length, all.subarray(-9).toString()]).toEqual([30_000_007, '\u0007\u0007total 4'.slice(-9)]);
    await over;
  });

  it('breaks on both sides when one breaks', async () => {
    const there = await joined();
    there.near.write('break');
    const [code] = await once(there.socket, 'close');
    expect(code).toBe(1011);
    await there.over;
    expect(await text(there.near).catch(() => 'broken')).toMatch(/^(broken)?$/);

    const here = await joined();
    here.near.resetAndDestroy();
    await here.over;
    expect(here.socket.readyState).toBe(WebSocket.CLOSED);
  });

  it.each([
    ['1', 502, 'Nothing answers on port 1'],
    ['0', 400, ''],
    ['http', 400, ''],
  ])('to port %s is refused before it begins', async (wrong, status, message) => {
    const socket = new WebSocket(`${base}?port=${wrong}`, { headers });
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(status);
    expect(await text(response)).toContain(message);
  });

  it('ends when it speaks text', async () => {
    const socket = new WebSocket(`${base}?port=${port}`, { headers });
    await once(socket, 'open');
    socket.send('hello');
    expect((await once(socket, 'close'))[0]).toBe(1003);
  });
});
