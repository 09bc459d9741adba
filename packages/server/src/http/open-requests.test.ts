import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createLogger } from '../logger.ts';
import {
  createHealth,
  createHttpApp,
  createHttpServer,
  createOpenRequests,
  createUpgrades,
  type TrustedProxies,
} from './index.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Options = { max?: number; bodyTimeMs?: number; headersMs?: number; trustedProxies?: TrustedProxies };

/** A server whose callers say in a header who they are. */
async function serve(options: Options = {}) {
  const { max = 3, trustedProxies = { headers: [], origins: [] } } = options;
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
  });
  const openRequests = createOpenRequests({ max, trustedProxies });
  const health = createHealth({ check: async () => undefined });
  health.state = 'ready';
  const bodyLimits = (path: string) => (path.startsWith('/files/') ? undefined : 1_000);
  const { bodyTimeMs } = options;
  const app = createHttpApp({ log, health, trustedProxies, openRequests, bodyLimits, bodyTimeMs });
  const upgrades = createUpgrades({ log, trustedProxies, openRequests });
  const held = new Set<() => void>();
  const identify = (id: string, user: string | undefined) => {
    if (user) openRequests.identify(id, `user:${user}`);
  };
  app.get('/api/wait', async (c) => {
    identify(c.get('requestInfo').id, c.req.header('user'));
    await new Promise<void>((resolve) => held.add(resolve));
    return c.text('done');
  });
  app.get('/api/quick', (c) => c.text('quick'));
  for (const path of ['/api/small', '/files/upload']) {
    app.post(path, async (c) => {
      identify(c.get('requestInfo').id, c.req.header('user'));
      return c.text((await c.req.text()).toUpperCase());
    });
  }
  upgrades.on('/api/logs', async ({ info, accept }) => {
    identify(info.id, info.headers.get('user') ?? undefined);
    (await accept()).send('line');
  });
  const server = await createHttpServer({
    fetch: (incoming, bindings) => app.fetch(incoming, bindings),
    address: { host: '127.0.0.1', port: 0 },
    upgrades,
    openRequests,
    version: 'v0',
    log,
    ...(options.headersMs === undefined ? {} : { headersMs: options.headersMs }),
  });
  closers.push(() => server.close(0));
  const release = () => {
    for (const resolve of held) resolve();
    held.clear();
  };
  closers.push(release);
  return { ...server, lines, release, waiting: () => held.size };
}

/** Opens a WebSocket and gives its first message, or the status it was refused with. */
async function follow(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/logs`, { headers });
  closers.push(() => socket.terminate());
  socket.on('error', () => undefined);
  const answer = await Promise.race([
    once(socket, 'message').then(([message]) => String(message)),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
  ]);
  return { socket, answer };
}

/** Sends a POST whose body does not end, and resolves with the answer to it, whole. */
async function trickle(port: number, path: string, headers: string[] = []) {
  const socket = connect(port, '127.0.0.1');
  closers.push(() => socket.destroy());
  const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-length: 4', ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\nab`);
  let answer = '';
  const ended = Promise.withResolvers<string>();
  socket.on('data', (data) => {
    answer += data;
    if (answer.includes('200 OK')) ended.resolve(answer);
  });
  socket.on('error', () => undefined);
  socket.once('close', () => ended.resolve(answer));
  return { socket, answer: ended.promise };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not so in time: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what one caller has open', () => {
  it('is bounded for each user, whatever it is, and for each address without one', async () => {
    const { url, waiting, release } = await serve();
    const ann = { user: 'ann' };
    const first = await follow(url, ann);
    expect((await follow(url, ann)).answer).toBe('line');
    const pending = fetch(`${url}/api/wait`, { headers: ann });
    await until(() => waiting() === 1);
    expect((await follow(url, ann)).answer).toBe(429);
    const refused = await fetch(`${url}/api/wait`, { headers: ann });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('3 requests and streams open'),
      detail: expect.stringContaining('CODER_HTTP_MAX_OPEN_REQUESTS'),
    });
    // Others have room of their own, and so has whoever is not known yet.
    expect((await follow(url, { user: 'bob' })).answer).toBe('line');
    for (let i = 0; i < 3; i++) expect((await follow(url)).answer).toBe('line');
    expect((await follow(url)).answer).toBe(429);
    expect((await fetch(`${url}/api/quick`)).status).toBe(429);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    first.socket.close();
    await once(first.socket, 'close');
    expect((await follow(url, { 'x-forwarded-for': '10.9.9.9' })).answer).toBe(429);
    release();
    expect(await (await pending).text()).toBe('done');
  });

  it('has room again for what has ended', async () => {
    const { url } = await serve();
    for (let i = 0; i < 10; i++) {
      const { socket, answer } = await follow(url);
      expect(answer).toBe('line');
      socket.close();
      await once(socket, 'close');
      expect((await fetch(`${url}/api/quick`)).status).toBe(200);
    }
  });

  it('counts for the client behind a trusted proxy', async () => {
    const { url } = await serve({
      trustedProxies: { headers: ['X-Forwarded-For'], origins: ['127.0.0.1'] },
    });
    for (let i = 0; i < 3; i++) await follow(url, { 'x-forwarded-for': '10.0.0.1' });
    expect((await follow(url, { 'x-forwarded-for': '10.0.0.1' })).answer).toBe(429);
    expect((await follow(url, { 'x-forwarded-for': '10.0.0.2' })).answer).toBe('line');
  });
});

describe('connections', () => {
  it('that ask for nothing make room for new ones of their address', async () => {
    const { port, url } = await serve();
    const { socket, answer } = await follow(url);
    const idle: Socket[] = [];
    const closed: number[] = [];
    for (let i = 0; i < 5; i++) {
      const one = connect(port, '127.0.0.1');
      closers.push(() => one.destroy());
      await once(one, 'connect');
      one.once('close', () => closed.push(i));
      one.resume();
      idle.push(one);
    }
    await until(() => closed.length >= 3);
    expect(closed.toSorted()).toEqual([0, 1, 2]);
    expect(answer).toBe('line');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('end when no request comes', async () => {
    const { port } = await serve({ headersMs: 100 });
    const silent = connect(port, '127.0.0.1').resume();
    const slow = connect(port, '127.0.0.1').resume();
    closers.push(() => silent.destroy());
    slow.write('GET /api/quick HTTP/1.1\r\nhost: ');
    await Promise.all([once(silent, 'close'), once(slow, 'close')]);
  });
});

describe('a body that trickles', () => {
  it('is given up after its time, with the reason', async () => {
    const { port, lines, close } = await serve({ bodyTimeMs: 100 });
    for (const headers of [[], ['user: ann']]) {
      const { answer } = await trickle(port, '/api/small', headers);
      expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*CODER_HTTP_BODY_TIMEOUT[\s\S]*REQUEST_TIMEOUT/);
    }
    await close(0);
    // Whoever did this on purpose does not fill the log.
    expect(lines).toEqual([]);
  });

  it('is a transfer when it goes into a workspace and its sender is known', async () => {
    const { port } = await serve({ bodyTimeMs: 100 });
    const stranger = await trickle(port, '/files/upload');
    const ann = await trickle(port, '/files/upload', ['user: ann']);
    // The stranger came first, so ann's time has passed too when the next stranger's has.
    expect(await stranger.answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await (await trickle(port, '/files/upload')).answer).toMatch(/^HTTP\/1\.1 408 /);
    ann.socket.write('cd');
    expect(await ann.answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ABCD$/);
  });

  it('does not harm what arrives in time', async () => {
    const { port } = await serve({ bodyTimeMs: 10_000 });
    const sent = request({ port, host: '127.0.0.1', path: '/api/small', method: 'POST' });
    sent.write('ab');
    sent.end('cd');
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });
});
