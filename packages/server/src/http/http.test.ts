import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { ApiError } from '@coder/api';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createLogger } from '../logger.ts';
import {
  createHealth,
  createHttpApp,
  createHttpServer,
  createMetrics,
  createUpgrades,
  type TrustedProxies,
} from './index.ts';

const noProxies: TrustedProxies = { headers: [], origins: [] };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A whole server on a free port, with routes that do what the tests need. */
async function serve({ bodyLimitBytes = 1_000, trustedProxies = noProxies } = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
  });
  let database: () => Promise<unknown> = async () => undefined;
  const health = createHealth({ check: () => database(), timeoutMs: 50 });
  const metrics = createMetrics();
  const app = createHttpApp({ log, health, metrics, trustedProxies, bodyLimits: () => bodyLimitBytes });
  const upgrades = createUpgrades({
    log,
    trustedProxies,
    closedFor: () =>
      health.state === 'stopping' ? new ApiError('OVERLOADED', { retryAfter: 1 }) : undefined,
  });
  const server = await createHttpServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    address: { host: '127.0.0.1', port: 0 },
    upgrades,
    version: 'v1.2.3',
    log,
  });
  closers.push(() => server.close(0));
  return {
    app,
    server,
    upgrades,
    health,
    metrics,
    lines,
    setDatabase: (check: typeof database) => (database = check),
  };
}

describe('an answer', () => {
  it('carries the headers that each one has', async () => {
    const { server, app } = await serve();
    app.get('/api/raw', () => new Response('raw'));
    const { headers } = await fetch(`${server.url}/api/raw`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-coder-build-version')).toBe('v1.2.3');
    expect(headers.get('x-coder-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('to an unknown route under /api is a JSON error', async () => {
    const { server } = await serve();
    const response = await fetch(`${server.url}/api/v2/nothing`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: 'Route not found.' });
  });

  it('to an unknown page is one for people, in which nothing runs, and a line for programs', async () => {
    const { server } = await serve();
    const ask = (path: string, accept: string) => fetch(`${server.url}${path}`, { headers: { accept } });
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const page = await ask('/<script>alert(1)</script>', browser);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('There is no such page');
    expect(html).toContain('<a href="/"');
    expect(html).not.toContain('<script');
    const plain = await ask('/nothing', '*/*');
    expect([plain.status, await plain.text()]).toEqual([404, 'Route not found.']);
    const api = await ask('/api/v2/nothing', browser);
    expect(await api.json()).toMatchObject({ message: 'Route not found.' });
  });

  it('shows our own errors and hides every other behind the request id', async () => {
    const { server, app, lines } = await serve();
    app.get('/api/conflict', () => {
      throw new ApiError('RATE_LIMITED', {
        retryAfter: 1.2,
        validations: [{ field: 'name', detail: 'taken' }],
      });
    });
    app.get('/api/broken', () => {
      throw new Error('the password is hunter2');
    });
    const known = await fetch(`${server.url}/api/conflict`);
    expect([known.status, known.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await known.json()).toMatchObject({ validations: [{ field: 'name', detail: 'taken' }] });
    const hidden = await fetch(`${server.url}/api/broken`);
    const body = await hidden.text();
    expect(hidden.status).toBe(500);
    expect(body).not.toContain('hunter2');
    expect(body).toContain(hidden.headers.get('x-coder-request-id'));
    expect(lines.join('')).toContain('hunter2');
  });
});

describe('the access log', () => {
  it('has the path without its query', async () => {
    const { server, lines } = await serve();
    await fetch(`${server.url}/latency-check?coder_session_token=abc-secret`);
    const line = JSON.parse(lines.find((text) => text.includes('"request"')) ?? '{}');
    expect(line).toMatchObject({ method: 'GET', path: '/latency-check', status: 200, ip: '127.0.0.1' });
    expect(lines.join('')).not.toContain('abc-secret');
  });

  it('has no ticket that the path of a port or an app holds', async () => {
    const { server, lines } = await serve();
    await fetch(`${server.url}/@ada/web/ports/80/~secret.ticket/a/~b`);
    const line = JSON.parse(lines.find((text) => text.includes('"request"')) ?? '{}');
    expect(line.path).toBe('/@ada/web/ports/80/~…/a/~b');
  });

  it('replaces secrets that somebody logs', async () => {
    const lines: string[] = [];
    const log = createLogger({
      level: 'info',
      format: 'human',
      destination: { write: (line) => lines.push(line) },
    });
    log.info({ user: { password: 'hunter2' }, token: 'abc' }, 'signed in');
    expect(lines[0]).toMatch(/info {2}signed in user=.*redacted.*token=\[redacted\]\n$/);
    expect(lines[0]).not.toMatch(/hunter2|abc/);
  });
});

describe('/healthz', () => {
  it('says whether the server can work', async () => {
    const { server, health, setDatabase } = await serve();
    const ask = async () => {
      const response = await fetch(`${server.url}/healthz`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await ask()).toBe('503 unhealthy: the server is starting');
    health.state = 'ready';
    expect(await ask()).toBe('200 OK');
    setDatabase(async () => Promise.reject(new Error('gone')));
    expect(await ask()).toBe('503 unhealthy: the database cannot be reached');
    setDatabase(() => new Promise(() => undefined));
    expect(await ask()).toBe('503 unhealthy: the database does not answer');
    health.state = 'stopping';
    expect(await ask()).toBe('503 unhealthy: the server is stopping');
  });
});

describe('the body limit', () => {
  it('refuses a declared 100 MB at once, with the reason', async () => {
    const { server, app } = await serve();
    app.post('/api/echo', async (c) => c.text(await c.req.text()));
    const response = await fetch(`${server.url}/api/echo`, {
      method: 'POST',
      body: Buffer.alloc(100_000_000),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ message: 'The request body is larger than 1000 bytes.' });
  });

  it('stops a stream at the byte that is one too many, whatever the reader makes of it', async () => {
    const { server, app } = await serve();
    let read = 0;
    app.post('/api/swallow', async (c) => {
      for await (const chunk of c.req.raw.body ?? []) read += chunk.byteLength;
      return c.text('done');
    });
    app.post('/api/hide', async (c) => c.text(await c.req.text().catch(() => 'hidden')));
    const stream = () =>
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(400)) });
    for (const path of ['swallow', 'hide']) {
      const response = await fetch(`${server.url}/api/${path}`, {
        method: 'POST',
        body: stream(),
        duplex: 'half',
      });
      expect([path, response.status]).toEqual([path, 413]);
    }
    expect(read).toBeLessThanOrEqual(1_000);
  });

  it('lets a stream within it pass', async () => {
    const { server, app } = await serve();
    app.post('/api/echo', async (c) => c.text(await c.req.text()));
    const body = new Blob(['x'.repeat(1_000)]).stream();
    const response = await fetch(`${server.url}/api/echo`, { method: 'POST', body, duplex: 'half' });
    expect((await response.text()).length).toBe(1_000);
  });
});

describe('the client address', () => {
  it('is taken from the header of a trusted proxy only', async () => {
    const trusted = await serve({
      trustedProxies: { headers: ['X-Forwarded-For'], origins: ['127.0.0.0/8', '10.0.0.1'] },
    });
    const untrusting = await serve();
    for (const { app } of [trusted, untrusting]) app.get('/ip', (c) => c.text(c.get('requestInfo').ip));
    const ask = async (url: string, forwarded: string) =>
      (await fetch(`${url}/ip`, { headers: { 'x-forwarded-for': forwarded } })).text();
    expect(await ask(trusted.server.url, '6.6.6.6, 203.0.113.9, 10.0.0.1')).toBe('203.0.113.9');
    expect(await ask(trusted.server.url, 'nonsense')).toBe('127.0.0.1');
    expect(await ask(untrusting.server.url, '203.0.113.9')).toBe('127.0.0.1');
  });
});

describe('a WebSocket', () => {
  it('reaches the handler of its path and is closed with 1001 when the server stops', async () => {
    const { server, upgrades } = await serve();
    upgrades.on('/api/agents/:agent/link', async ({ params, accept }) => {
      const socket = await accept();
      socket.send(`hello ${params.agent}`);
    });
    const client = new WebSocket(`${server.url}/api/agents/a%20b/link`);
    const [message] = await once(client, 'message');
    expect(String(message)).toBe('hello a b');
    const closed = once(client, 'close');
    await server.close(5_000);
    expect((await closed)[0]).toBe(1001);
  });

  it('is refused with an ordinary answer', async () => {
    const { server, upgrades } = await serve();
    upgrades.on('/closed', async () => {
      throw new ApiError('UNAUTHENTICATED');
    });
    for (const [path, status] of [
      ['/closed', 401],
      ['/nowhere', 404],
      ['/%zz', 404],
    ] as const) {
      const client = new WebSocket(`${server.url}${path}`);
      client.on('error', () => undefined);
      const [, response] = await once(client, 'unexpected-response');
      const chunks = await response.toArray();
      expect([path, response.statusCode]).toEqual([path, status]);
      expect(JSON.parse(Buffer.concat(chunks).toString()).message).toBeTruthy();
    }
  });

  it('is told to come back while the server takes none', async () => {
    const { server, upgrades, health } = await serve();
    upgrades.on('/link', async ({ accept }) => void (await accept()));
    health.state = 'stopping';
    const client = new WebSocket(`${server.url}/link`);
    client.on('error', () => undefined);
    const [, response] = await once(client, 'unexpected-response');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  });

  it('may be passed on as a bare connection', async () => {
    const { server, upgrades } = await serve();
    upgrades.on(
      (incoming) => incoming.headers.host === 'app.example.com',
      ({ takeOver }) => {
        takeOver().socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nmine',
        );
      },
    );
    const request = httpRequest(`${server.url}/any`, {
      headers: { host: 'app.example.com', connection: 'upgrade', upgrade: 'x' },
    });
    request.end();
    const [, socket, head] = await once(request, 'upgrade');
    expect(String(head)).toBe('mine');
    const ended = once(socket, 'close');
    socket.resume();
    await server.close(5_000);
    await ended;
  });
});

describe('close', () => {
  it('lets an answer finish and takes no new connection', async () => {
    const { server, app } = await serve();
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    app.get('/slow', async (c) => {
      started.resolve();
      await finish.promise;
      return c.text('whole');
    });
    const answer = fetch(`${server.url}/slow`);
    await started.promise;
    const closed = server.close(60_000);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    finish.resolve();
    expect(await (await answer).text()).toBe('whole');
    await closed;
  });

  it('ends what does not finish in time', async () => {
    const { server, app } = await serve();
    const started = Promise.withResolvers<void>();
    app.get('/forever', () => {
      started.resolve();
      return new Promise<Response>(() => undefined);
    });
    const answer = fetch(`${server.url}/forever`);
    answer.catch(() => undefined);
    await started.promise;
    await server.close(20);
    await expect(answer).rejects.toThrow();
  });
});

describe('bad requests', () => {
  it('are answered with 400, and the server goes on', async () => {
    const { server } = await serve();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: bad host\r\nConnection: close\r\n\r\n');
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${server.url}/latency-check`)).status).toBe(200);
  });
});

describe('metrics', () => {
  it('count by route pattern, not by path', async () => {
    const { server, app, metrics } = await serve();
    app.get('/api/users/:user', (c) => c.text('x'));
    app.get('/api/v2/*', (c) => {
      c.set('routePattern', '/api/v2/things/{thing}');
      return c.text('x');
    });
    for (const path of ['/api/users/ann', '/api/users/bob', '/api/v2/things/1', '/nothing/here']) {
      await (await fetch(`${server.url}${path}`)).text();
    }
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'coderd_api_requests_processed_total{code="200",method="GET",path="/api/users/:user"} 2',
    );
    expect(text).toContain('path="/api/v2/things/{thing}"} 1');
    expect(text).toContain('{code="404",method="GET",path="unknown"} 1');
    expect(text).not.toMatch(/ann|bob/);
  });
});
