import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { notify } from '../database/index.ts';
import {
  createNoopLogger,
  type TestApi,
  testAccessUrl,
  testApi,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { createHttpApp } from './app.ts';
import { createHealth } from './health.ts';
import { createRawRoutes } from './raw-routes.ts';
import { serveLines } from './serve-lines.ts';
import { createHttpServer } from './server.ts';
import { createUpgrades } from './upgrades.ts';

const trustedProxies = { headers: [], origins: [] };
const log = createNoopLogger();

function mount(server: TestApi) {
  const app = createHttpApp({ log, health: createHealth({ check: async () => undefined }), trustedProxies });
  const upgrades = createUpgrades({ log, trustedProxies });
  const routes = createRawRoutes({
    app,
    upgrades,
    pipeline: server.pipeline,
    accessUrl: testAccessUrl,
    log,
    whileGood: server.identity.whileGood,
    stopping: new AbortController().signal,
  });
  return { app, upgrades, routes };
}

describe('a raw route', () => {
  it('takes the same way as the contract: token, scope, audit, error', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const [ada, narrow] = [
      await testUser(database.db, { username: 'ada' }),
      await testUser(database.db, { scopes: ['workspace:read'] }),
    ];
    const { app, routes } = mount(server);
    routes.rawRoute('uploadFile', async ({ context, request }) => {
      context.audit.target('f1', 'archive');
      return Response.json(
        { by: context.actor?.user.username, size: (await request.bytes()).length },
        { status: 201 },
      );
    });
    routes.rawRoute('downloadFile', ({ params }) => {
      throw new Error(`no ${params.file}`);
    });
    routes.mountApi(server.handler);
    const post = (token?: string) =>
      app.request('/api/v2/files', {
        method: 'POST',
        body: 'abc',
        headers: token === undefined ? {} : { 'coder-session-token': token },
      });
    const stored = await post(ada.token);
    expect([stored.status, await stored.json()]).toEqual([201, { by: 'ada', size: 3 }]);
    expect((await post()).headers.get('www-authenticate')).toMatch(/^Bearer realm="coder"/);
    expect(await (await post(narrow.token)).json()).toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    const failed = await app.request('/api/v2/files/x%2Fy', {
      headers: { 'coder-session-token': ada.token },
    });
    expect([failed.status, await failed.text()]).toEqual([500, expect.not.stringContaining('no x/y')]);
    expect((await app.request('/api/v2/nothing')).status).toBe(404);
    await server.audit.flush();
    expect(
      await database.db
        .selectFrom('audit_logs')
        .select(['status_code', 'resource_target'])
        .orderBy('status_code')
        .execute(),
    ).toEqual([
      { status_code: 201, resource_target: 'archive' },
      { status_code: 403, resource_target: '' },
    ]);
  });

  it('at the root has its parameters without their sign, and what follows as it was sent', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const ada = await testUser(database.db);
    const { app, routes } = mount(server);
    routes.rawRoute('portProxy', ({ params, request }) =>
      Response.json({ ...params, method: request.method }),
    );
    const ask = async (path: string) =>
      (await app.request(path, { method: 'PUT', headers: { 'coder-session-token': ada.token } })).json();
    expect(await ask('/@me/web.main/ports/8080/a/b%20c?x=1')).toEqual({
      user: 'me',
      workspace: 'web.main',
      port: '8080',
      rest: 'a/b%20c',
      method: 'PUT',
    });
    expect(await ask('/@me/web/ports/8080/')).toMatchObject({ rest: '' });
  });

  it('gets a query in which no name is given twice, without what authenticated the call', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const ada = await testUser(database.db);
    const { app, routes } = mount(server);
    routes.rawRoute('processStdin', ({ query }) => Response.json(query));
    routes.rawRoute('portProxy', ({ url }) => new Response(url.search));
    const ask = async (path: string) =>
      app.request(path, { method: 'POST', headers: { 'coder-session-token': ada.token } });
    const stdin = '/api/v2/workspaceagents/a1/processes/p1/stdin';
    const once = await ask(`${stdin}?close=false&coder_session_token=${ada.token}`);
    expect(await once.json()).toEqual({ close: 'false' });
    const twice = await ask(`${stdin}?close=false&%63lose=true&a=1`);
    expect([twice.status, await twice.json()]).toEqual([
      400,
      expect.objectContaining({ validations: [{ field: 'close', detail: expect.stringContaining('once') }] }),
    ]);
    // What an app makes of its query is its own matter.
    expect(await (await ask('/@me/web/ports/8080/?a=1&a=2')).text()).toBe('?a=1&a=2');
  });

  it('takes the actor of a call from inside by its bindings', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const ada = await testUser(database.db, { username: 'ada' });
    const { app, routes } = mount(server);
    routes.rawRoute('downloadFile', ({ context }) => Response.json(context.actor?.user.username));
    const inProcess = { requestId: 'r', ip: '127.0.0.1', userAgent: 'mcp', actor: ada.actor };
    const response = await app.fetch(new Request(`${testAccessUrl}/api/v2/files/x`), { inProcess });
    expect(await response.json()).toBe('ada');
  });
});

describe('a raw WebSocket', () => {
  it('that sends lines is closed with 1011 when they cannot be read', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const ada = await testUser(database.db);
    const { app, upgrades, routes } = mount(server);
    async function* broken(after: number) {
      yield { id: after + 1 };
      throw new Error('no such table');
    }
    routes.upgradeRoute('followBuildLogs', (upgrade) =>
      serveLines(upgrade, async (after) => broken(after), 'over'),
    );
    const http = await createHttpServer({
      fetch: (request, bindings) => app.fetch(request, bindings),
      address: { host: '127.0.0.1', port: 0 },
      upgrades,
      version: 'v1',
      log,
    });
    const url = `${http.url.replace('http', 'ws')}/api/v2/workspacebuilds/b1/logs`;
    const headers = { 'coder-session-token': ada.token };
    const socket = new WebSocket(`${url}?follow&after=3`, { headers });
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason), messages]).toEqual([
      1011,
      'The server failed. Connect again.',
      ['{"id":4}'],
    ]);
    const refused = new WebSocket(`${url}?follow&after=x`, { headers });
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    await http.close(1_000);
  });

  it('ends with the key it was opened with, as a stream does that goes on', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const [ada, bob] = [await testUser(database.db), await testUser(database.db)];
    const { app, upgrades, routes } = mount(server);
    routes.upgradeRoute('terminal', async ({ accept }) => {
      const socket = await accept();
      socket.send('hello');
    });
    routes.rawRoute('watchWorkspace', () => {
      const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('hello')) });
      return new Response(body);
    });
    const http = await createHttpServer({
      fetch: (request, bindings) => app.fetch(request, bindings),
      address: { host: '127.0.0.1', port: 0 },
      upgrades,
      version: 'v1',
      log,
    });
    const open = async ({ token }: { token: string }) => {
      const headers = { 'coder-session-token': token };
      const socket = new WebSocket(`${http.url.replace('http', 'ws')}/api/v2/workspaceagents/a1/pty`, {
        headers,
      });
      const greeted = once(socket, 'message');
      const closed = once(socket, 'close').then(([code]) => code);
      const stream = (await fetch(`${http.url}/api/v2/workspaces/w1/watch`, { headers })).body?.getReader();
      await Promise.all([greeted, stream?.read()]);
      return {
        socket,
        closed,
        ended: stream?.read().then(({ done }) => done),
      };
    };
    const [hers, his] = [await open(ada), await open(bob)];
    const { db } = database;
    await db
      .updateTable('api_keys')
      .set({ expires_at: new Date(0) })
      .where('id', '=', ada.actor.key.id)
      .execute();
    await notify(db, 'api_key_changed', ada.actor.key.id);
    expect([await hers.closed, await hers.ended]).toEqual([1008, true]);
    expect(his.socket.readyState).toBe(WebSocket.OPEN);
    await db.updateTable('users').set({ status: 'suspended' }).where('id', '=', bob.user.id).execute();
    await notify(db, 'user_changed', bob.user.id);
    expect([await his.closed, await his.ended]).toEqual([1008, true]);
    await http.close(1_000);
  });

  it('is refused before it is one, and audited when it is', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: () => ({}) });
    const ada = await testUser(database.db);
    const { app, upgrades, routes } = mount(server);
    routes.upgradeRoute('terminal', async ({ accept, params, context }) => {
      context.audit.target(params.agent ?? '', 'web');
      const socket = await accept();
      socket.send(params.agent ?? '');
      socket.close();
      await once(socket, 'close');
    });
    const http = await createHttpServer({
      fetch: (request, bindings) => app.fetch(request, bindings),
      address: { host: '127.0.0.1', port: 0 },
      upgrades,
      version: 'v1',
      log,
    });
    const url = `${http.url.replace('http', 'ws')}/api/v2/workspaceagents/a1/pty`;
    const refused = new WebSocket(url, {
      headers: { cookie: `coder_session_token=${ada.token}`, origin: 'https://evil.example' },
    });
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    const ambiguous = new WebSocket(`${url}?command=uptime&command=id`, {
      headers: { 'coder-session-token': ada.token },
    });
    ambiguous.on('error', () => undefined);
    const [, unclear] = await once(ambiguous, 'unexpected-response');
    expect(unclear.statusCode).toBe(400);
    const socket = new WebSocket(url, { headers: { 'coder-session-token': ada.token } });
    const [message] = await once(socket, 'message');
    expect(String(message)).toBe('a1');
    await once(socket, 'close');
    await http.close(1_000);
    const rows = async () => {
      await server.audit.flush();
      return database.db.selectFrom('audit_logs').selectAll().execute();
    };
    await expect.poll(rows).toMatchObject([{ action: 'connect', status_code: 101, resource_id: 'a1' }]);
  });
});
