import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createNoopLogger } from '../testing/index.ts';
import { createHealth, createHostRules, createHttpApp, createHttpServer, createUpgrades } from './index.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve() {
  const log = createNoopLogger();
  const trustedProxies = { headers: [], origins: [] };
  const hosts = createHostRules({ accessUrl: '', wildcardAccessUrl: '', listenHost: '127.0.0.1' });
  const health = createHealth({ check: async () => undefined });
  health.state = 'ready';
  const app = createHttpApp({ log, health, trustedProxies, hosts });
  app.get('/api/v2/users/first', (c) => c.json({ message: 'The initial user has not been created!' }, 404));
  const upgrades = createUpgrades({ log, trustedProxies, hosts });
  upgrades.on('/api/v2/logs', async ({ accept }) => (await accept()).send('line'));
  const server = await createHttpServer({
    fetch: (incoming, bindings) => app.fetch(incoming, bindings),
    address: { host: '127.0.0.1', port: 0 },
    upgrades,
    version: 'v0',
    log,
  });
  closers.push(() => server.close(0));
  return server.port;
}

async function ask(port: number, path: string, host: string): Promise<{ status: number; body: string }> {
  const sent = request({ port, host: '127.0.0.1', path, headers: { host } });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body };
}

describe('a page whose name points at this machine', () => {
  it('gets nothing of any route, and is told why', async () => {
    const port = await serve();
    const { status, body } = await ask(port, '/api/v2/users/first', `evil.example.net:${port}`);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      code: 'FORBIDDEN',
      message: `Invalid Host: evil.example.net:${port}.`,
      detail: expect.stringMatching(/CODER_ACCESS_URL.*CODER_HTTP_ALLOWED_HOSTS/),
    });
    expect((await ask(port, '/login', 'evil.example.net')).status).toBe(403);
    expect((await ask(port, '/api/v2/users/first', `localhost:${port}`)).status).toBe(404);
  });

  it('is not let through beside a name that is ours', async () => {
    const port = await serve();
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    for (const more of ['Connection: close\r\n', upgrade]) {
      const socket = connect(port, '127.0.0.1');
      socket.end(
        `GET /api/v2/logs HTTP/1.1\r\nHost: localhost:${port}\r\nhOST: evil.example.net\r\n${more}\r\n`,
      );
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*more than one Host header/s);
    }
  });

  it('opens no WebSocket', async () => {
    const port = await serve();
    const refused = new WebSocket(`ws://127.0.0.1:${port}/api/v2/logs`, {
      headers: { host: 'evil.example.net' },
    });
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    const good = new WebSocket(`ws://127.0.0.1:${port}/api/v2/logs`);
    expect(String((await once(good, 'message'))[0])).toBe('line');
  });

  it('may know whether the server lives, as whoever watches over it must', async () => {
    const port = await serve();
    expect(await ask(port, '/healthz', '10.1.2.3:8080')).toEqual({ status: 200, body: 'OK' });
    expect((await ask(port, '/latency-check', 'probe.cluster.local')).status).toBe(200);
  });
});

describe('the names a server answers to', () => {
  const rules = (options: Partial<Parameters<typeof createHostRules>[0]>) =>
    createHostRules({ accessUrl: '', wildcardAccessUrl: '', listenHost: '127.0.0.1', ...options });

  it.each([
    ['localhost', {}, true],
    ['[::1]', {}, true],
    ['10.0.0.5', {}, false],
    [hostname().toLowerCase(), {}, false],
    ['10.0.0.5', { listenHost: '0.0.0.0' }, true],
    ['[fd00::1]', { listenHost: '::' }, true],
    [hostname().toLowerCase(), { listenHost: '0.0.0.0' }, true],
    ['0.0.0.0', { listenHost: '127.0.0.1' }, false],
    ['coder.lan', { listenHost: 'Coder.lan' }, true],
    ['coder.example.com', { accessUrl: 'https://Coder.example.com:8443' }, true],
    ['evil.coder.example.com', { accessUrl: 'https://coder.example.com' }, false],
    ['a--b.apps.example.com', { wildcardAccessUrl: '*.apps.example.com' }, true],
    ['a.b.apps.example.com', { wildcardAccessUrl: '*.apps.example.com' }, false],
    ['coder.internal', { allowedHosts: ['Coder.internal'] }, true],
    ['any.thing', { allowedHosts: ['*'] }, true],
  ])('%s with %j: %s', (name, options, expected) => {
    expect(rules(options).isAllowed(name)).toBe(expected);
  });
});
