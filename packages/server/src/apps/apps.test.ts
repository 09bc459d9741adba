import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Harness, harness, type Seeded, seedApp } from '../agents/testing/index.ts';
import type { TestUser } from '../testing/index.ts';
import { testAccessUrl } from '../testing/index.ts';

const appHost = '*.apps.test';
let h: Harness;
let owner: TestUser;
let seeded: Seeded;
let port: number;

/** Runs inside the workspace: says what it was asked, and does what a path names. */
const server = `
const { createServer } = require('node:http');
const { WebSocketServer } = require(process.env.WS);
const server = createServer((request, response) => {
  if (request.url === '/redirect') return response.writeHead(302, { location: '/there?a=1' }).end();
  if (request.url === '/absolute') return response.writeHead(302, { location: 'http://localhost:' + server.address().port + '/x' }).end();
  if (request.url === '/away') return response.writeHead(302, { location: 'https://example.com/x' }).end();
  if (request.url === '/cookies') return response.writeHead(200, { 'clear-site-data': '"*"', 'content-security-policy': "default-src 'self'", 'set-cookie': ['a=1; Domain=coder.test; Path=/; HttpOnly', 'coder_session_token=evil', 'b=2'] }).end('ok');
  if (request.url === '/nameless') return response.writeHead(200, { 'set-cookie': ['=coder_session_token=evil', 'coder_session_token', 'b=2'] }).end('ok');
  if (request.url === '/forever') return response.write('begun');
  let size = 0;
  request.on('data', (part) => { size += part.length; });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, size }));
  });
});
new WebSocketServer({ server }).on('connection', (socket, request) => {
  socket.send(JSON.stringify(request.headers));
  socket.on('message', (message) => socket.send('echo ' + message));
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
`;

beforeAll(async () => {
  h = await harness({ appHost });
  owner = await h.user();
  seeded = await h.workspace(owner);
  await h.startAgent(seeded);
  const client = h.client(owner);
  const { agentId } = seeded;
  await client.files.write({ agent: agentId, path: '~/server.cjs', content: server });
  const argv = [process.execPath, '-e', 'require(process.env.HOME + "/server.cjs")'];
  const env = { WS: createRequire(import.meta.url).resolve('ws') };
  await client.processes.start({ agent: agentId, id: 'server', argv, env });
  const said = await client.processes.output({ agent: agentId, process: 'server', wait_ms: 20_000 });
  port = Number(/port (\d+)/.exec(said.chunks[0]?.data ?? '')?.[1]);
});
afterAll(() => h[Symbol.asyncDispose]());

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };
async function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: Buffer,
): Promise<Answer> {
  const outgoing = request(new URL(path, h.url), { method, headers: { host: 'coder.test', ...headers } });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts).toString() };
}
const token = (user = owner) => ({ 'coder-session-token': user.token });
const cookie = (user = owner) => ({ cookie: `coder_session_token=${user.token}; theirs=1` });
const opened = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'sec-fetch-dest': 'document',
};
const at = (rest = '/', target: string | number = port) =>
  `/@${owner.user.username}/web/ports/${target}${rest}`;
const ticketed = async () => String((await get(at('/'), { ...cookie(), ...opened })).headers.location);

describe('a port below a path', () => {
  it('answers who sends the token, and is never shown it', async () => {
    for (const sent of [token(), { authorization: `Bearer ${owner.token}` }]) {
      const answer = await get(at('/a/b?x=1&y'), {
        ...sent,
        cookie:
          'theirs=1; coder_session_token=zzz; __Host-coder_session_token=zzz; coder_oauth_a=1; __Host-coder_oauth_b=1; _interaction=c; _interaction_resume.sig=d',
      });
      expect(answer.status).toBe(200);
      const seen = JSON.parse(answer.body);
      expect(seen).toMatchObject({ method: 'GET', url: '/a/b?x=1&y' });
      expect(seen.headers).toMatchObject({
        host: `localhost:${port}`,
        cookie: 'theirs=1',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 'coder.test',
        'x-forwarded-proto': 'http',
        'x-forwarded-prefix': `/@${owner.user.username}/web.main/ports/${port}`,
      });
      expect(answer.body).not.toContain(owner.token);
    }
    const query = await get(at(`/?coder_session_token=${owner.token}&x=1`));
    expect(JSON.parse(query.body).url).toBe('/?x=1');
  });

  it('passes on no token of ours, however its name is written, and no cookie that could become ours', async () => {
    const query = `?a=%20b&coder%5Fsession_token=${owner.token}&access%5Ftoken=${owner.token}&access_token=theirs`;
    const answer = JSON.parse((await get(at(`/x${query}`), token())).body) as { url: string };
    expect(answer.url).toBe('/x?a=%20b&access_token=theirs');
    const cookies = (await get(at('/nameless'), token())).headers['set-cookie'];
    expect(cookies).toEqual([expect.stringMatching(/^b=2;/)]);
  });

  it('passes on every method, any body, and what authenticates at the app', async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'x');
    const sent = await get(at('/up'), { ...token(), authorization: 'Bearer of-the-app' }, 'PUT', body);
    expect(JSON.parse(sent.body)).toMatchObject({
      method: 'PUT',
      size: body.length,
      headers: { authorization: 'Bearer of-the-app' },
    });
    expect(JSON.parse((await get(at('/x'), token(), 'DELETE')).body).method).toBe('DELETE');
    expect((await get(at('/x'), token(), 'HEAD')).status).toBe(200);
  });

  it('adds the slash that relative links need, and turns redirects back to itself', async () => {
    const prefix = `/@${owner.user.username}/web.main/ports/${port}`;
    expect((await get(at(''), token())).headers.location).toBe(`${prefix}/`);
    expect((await get(at('/redirect'), token())).headers.location).toBe(`${prefix}/there?a=1`);
    expect((await get(at('/absolute'), token())).headers.location).toBe(`http://coder.test${prefix}/x`);
    expect((await get(at('/away'), token())).headers.location).toBe('https://example.com/x');
  });

  it('keeps its answers from speaking for the dashboard', async () => {
    const { headers } = await get(at('/cookies'), token());
    const path = `/@${owner.user.username}/web.main/ports/${port}/`;
    expect(headers['set-cookie']).toEqual([`a=1; HttpOnly; Path=${path}`, `b=2; Path=${path}`]);
    expect(headers['clear-site-data']).toBe(undefined);
    expect(headers['content-security-policy']).toMatch(/default-src 'self', sandbox allow-scripts/);
    expect(headers['content-security-policy']).not.toContain('allow-same-origin');
  });

  it('says what listens when nothing does on the port', async () => {
    const program = await get(at('/', 1), token());
    expect(program.status).toBe(502);
    expect(JSON.parse(program.body).message).toBe(
      `Nothing listens on port 1 in workspace "web"; it listens on: ${port}. Start the server there, then load this again.`,
    );
    const person = await get(at('/', 1), { ...token(), accept: 'text/html' });
    expect(person.headers['content-type']).toContain('text/html');
    expect(person.body).toContain(`it listens on: ${port}`);
    expect((await get(at('/', 70000), token())).status).toBe(404);
  });

  it('carries a WebSocket in both directions', async () => {
    const socket = new WebSocket(`${h.url.replace('http', 'ws')}${at('/ws')}`, { headers: token() });
    const [first] = await once(socket, 'message');
    expect(JSON.parse(first.toString())).toMatchObject({ host: `localhost:${port}` });
    expect(first.toString()).not.toContain(owner.token);
    socket.send('hello');
    const [echo] = await once(socket, 'message');
    expect(echo.toString()).toBe('echo hello');
    socket.close();
    await once(socket, 'close');
    const refused = new WebSocket(`${h.url.replace('http', 'ws')}${at('/ws')}`);
    refused.on('error', () => undefined);
    const [, answer] = await once(refused, 'unexpected-response');
    expect(answer.statusCode).toBe(401);
    refused.terminate();
  });
});

describe('who may', () => {
  it('is the owner, with a token that has the scope; others learn nothing', async () => {
    const other = await h.user();
    expect((await get(at(), token(other))).status).toBe(404);
    expect((await get(at())).status).toBe(401);
    expect((await get('/@nobody/none/ports/80/')).status).toBe(401);
    expect((await get('/@nobody/none/ports/80/', token())).status).toBe(404);
    const login = await get(at('/?a=1'), { accept: 'text/html' });
    expect(login.headers.location).toBe(`/login?redirect=${encodeURIComponent(at('/?a=1'))}`);
    const narrow = await h.user({ scopes: ['workspace:read'] });
    expect((await get(at(), token(narrow))).status).toBe(403);
    expect((await get(at(), { 'coder-session-token': 'nonsense' })).status).toBe(401);
  });

  it('cannot be told from what is not there, by anybody else', async () => {
    await seedApp(h.database.db, seeded, { slug: 'shell' });
    const other = await h.user();
    const app = (slug: string, workspace = 'web') => `/@${owner.user.username}/${workspace}/apps/${slug}/`;
    const there = [at('/'), app('shell')];
    const nowhere = [
      at('/').replace('/web/', '/none/'),
      app('none'),
      '/@nobody/web/ports/80/',
      '/@a%00b/web/ports/80/',
    ];
    const ways: Record<string, string>[] = [
      token(other),
      {},
      { accept: 'text/html' },
      { ...token(), 'coder-session-token': 'nonsense' },
      { cookie: 'coder_session_token=nonsense', accept: 'text/html' },
    ];
    for (const headers of ways) {
      const answers = await Promise.all(
        [...there, ...nowhere.slice(0, 3)].map(async (path) => {
          const { status, headers: answered, body } = await get(path, headers);
          const location = decodeURIComponent(answered.location ?? '').replace(path, '…');
          return { status, location, body };
        }),
      );
      expect(answers).toEqual(answers.map(() => answers[0]));
    }
    const junk = `~${'a'.repeat(20)}.${'b'.repeat(43)}/`;
    for (const path of [...there, ...nowhere.slice(0, 3)]) {
      expect((await get(path + junk)).status).toBe(401);
      expect((await get(path + junk, opened)).headers.location).toBe(path);
    }
    expect((await get(nowhere[3] ?? '', token())).status).toBe(404);
    expect((await get(app('shell'), token())).body).toContain('is a command');
  });

  it('goes as far as an app is shared', async () => {
    const url = `http://localhost:${port}/base?folder=/home`;
    for (const sharing_level of ['owner', 'authenticated', 'public']) {
      await seedApp(h.database.db, seeded, { slug: sharing_level, url, sharing_level });
    }
    const app = (slug: string, rest = '/x?q=1') => `/@${owner.user.username}/web.main/apps/${slug}${rest}`;
    const other = await h.user();
    const narrow = await h.user({ scopes: ['workspace:read'] });
    const status = async (slug: string, headers: Record<string, string>) =>
      (await get(app(slug), headers)).status;
    expect(await status('owner', token())).toBe(200);
    expect(await status('owner', token(other))).toBe(404);
    expect(await status('authenticated', token(other))).toBe(200);
    expect(await status('authenticated', token(narrow))).toBe(403);
    expect(await status('authenticated', {})).toBe(401);
    expect(await status('public', {})).toBe(200);
    expect(await status('public', { cookie: 'coder_session_token=old' })).toBe(200);
    expect(JSON.parse((await get(app('owner'), token())).body).url).toBe('/base/x?q=1');
    expect((await get(app('owner', '/'), token())).headers.location).toBe(app('owner', '/?folder=/home'));
  });

  it('keeps no WebSocket of a key that is gone', async () => {
    const app = { slug: 'live', url: `http://localhost:${port}`, sharing_level: 'authenticated' };
    await seedApp(h.database.db, seeded, app);
    const other = await h.user();
    const path = `/@${owner.user.username}/web/apps/live/`;
    const socket = new WebSocket(h.url.replace('http', 'ws') + path, { headers: token(other) });
    await once(socket, 'message');
    const closed = once(socket, 'close');
    await h.database.db.deleteFrom('api_keys').where('user_id', '=', other.user.id).execute();
    await h.database.pool.query(`select pg_notify('api_key_changed', $1)`, [other.actor.key.id]);
    await closed;
  });

  it('keeps no answer that goes on for a key that is gone, nor a body that is being sent', async () => {
    const app = { slug: 'lasting', url: `http://localhost:${port}`, sharing_level: 'authenticated' };
    await seedApp(h.database.db, seeded, app);
    const other = await h.user();
    const send = (path: string, method: string) => {
      const url = new URL(`/@${owner.user.username}/web/apps/lasting${path}`, h.url);
      return request(url, { method, headers: { host: 'coder.test', ...token(other) } });
    };
    const sending = send('/counting', 'PUT');
    sending.write('part');
    const [answer] = (await once(send('/forever', 'GET').end(), 'response')) as [IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toBe('begun');
    const broken = [once(answer, 'error'), once(sending, 'response')];
    await h.database.db.deleteFrom('api_keys').where('user_id', '=', other.user.id).execute();
    await h.database.pool.query(`select pg_notify('api_key_changed', $1)`, [other.actor.key.id]);
    const [, [refusal]] = (await Promise.all(broken)) as [unknown, [IncomingMessage]];
    // An answer that breaks off must not look like a whole one.
    expect(answer.complete).toBe(false);
    expect(refusal.statusCode).toBe(401);
  });

  it('is one audit row for a visit, whatever a page loads', async () => {
    await h.server().api.audit.flush();
    const rows = await h.database.db
      .selectFrom('audit_logs')
      .selectAll()
      .where('resource_type', '=', 'workspace_app')
      .where('api_key_id', '=', owner.actor.key.id)
      .where('resource_target', 'like', `%port ${port}`)
      .execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ action: 'open', username: owner.user.username, status_code: 200 });
  });
});

describe('a browser with the session cookie', () => {
  it('gets a ticket for the page the user opens, which then is enough for all the page loads', async () => {
    const location = await ticketed();
    expect(location).toMatch(
      new RegExp(`^/@${owner.user.username}/web\\.main/ports/${port}/~[\\w-]+\\.[\\w-]{43}/$`),
    );
    const page = await get(location, opened);
    expect(page.status).toBe(200);
    expect(JSON.parse(page.body).url).toBe('/');
    const loaded = await get(`${location}assets/a.js`, { origin: 'null', 'sec-fetch-site': 'cross-site' });
    expect(loaded.headers['access-control-allow-origin']).toBe('*');
    expect(JSON.parse(loaded.body)).toMatchObject({
      url: '/assets/a.js',
      headers: { origin: `http://localhost:${port}` },
    });
    const asked = {
      origin: 'null',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-a',
    };
    expect((await get(`${location}api`, asked, 'OPTIONS')).status).toBe(204);
    const socket = new WebSocket(`${h.url.replace('http', 'ws')}${location}ws`);
    await once(socket, 'message');
    socket.close();
  });

  it('is asked first when a page of another site has sent it', async () => {
    const sent = await get(at('/?x="><script>'), { ...cookie(), ...opened, 'sec-fetch-site': 'cross-site' });
    expect(sent.status).toBe(200);
    expect(sent.body).toContain(`Open port ${port} of workspace web?`);
    expect(sent.body).not.toContain('<script>');
    expect(sent.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('is refused what no user has opened', async () => {
    for (const site of ['cross-site', 'same-site', undefined]) {
      const headers = { ...cookie(), ...(site === undefined ? {} : { 'sec-fetch-site': site }) };
      expect((await get(at('/'), headers)).status).toBe(403);
      expect((await get(at('/'), headers, 'POST')).status).toBe(403);
    }
    expect((await get(at('/'), { ...cookie(), 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('can do nothing else with a ticket, and nothing after its time or once the key is gone', async () => {
    const user = await h.user();
    const mine = await h.workspace(user, { workspaceName: 'mine' });
    await h.startAgent(mine);
    const own = `/@${user.user.username}/mine/ports/8/`;
    const location = String((await get(own, { ...cookie(user), ...opened })).headers.location);
    const ticket = /~[^/]+/.exec(location)?.[0] ?? '';
    expect((await get(location)).status).toBe(502);
    expect((await get(at(`/${ticket}/`))).status).toBe(401);
    expect((await get(location.replace('/8/', '/9/'))).status).toBe(401);
    // Of the last character only four bits count, so another is changed.
    const forged = location.replace(/\.([^/])/, (_, first: string) => `.${first === 'A' ? 'B' : 'A'}`);
    expect((await get(forged)).status).toBe(401);
    await h.database.db.deleteFrom('api_keys').where('user_id', '=', user.user.id).execute();
    await h.database.pool.query(`select pg_notify('api_key_changed', $1)`, [user.actor.key.id]);
    await expect.poll(async () => (await get(location)).status).toBe(401);

    const later = await ticketed();
    h.clock.advance(13 * 3_600_000);
    expect((await get(later)).status).toBe(401);
    expect((await get(later, opened)).headers.location).toBe(later.replace(/\/~[^/]+/, ''));
    h.clock.advance(-13 * 3_600_000);
  });
});

describe('a port with a host name of its own', () => {
  const host = (target: string | number = port, name = owner.user.username) =>
    `${target}--main--web--${name}.apps.test`;

  it('takes a browser by way of the dashboard to a cookie of its own, and needs no sandbox', async () => {
    const first = await get('/page?a=1', { host: host(), ...opened });
    const asked = new URL(String(first.headers.location));
    expect(asked.origin).toBe(testAccessUrl);
    const back = await get(`${asked.pathname}${asked.search}`, { ...cookie(), ...opened });
    const given = new URL(String(back.headers.location));
    expect(given.host).toBe(host());
    const kept = await get(`${given.pathname}${given.search}`, { host: host(), ...opened });
    expect(kept.headers.location).toBe(`http://${host()}/page?a=1`);
    const [set = ''] = kept.headers['set-cookie'] ?? [];
    expect(set).toMatch(/^coder_app_ticket=.*HttpOnly; SameSite=Lax/);
    const held = { cookie: set.split(';', 1)[0] ?? '', host: host() };
    const page = await get('/page?a=1', { ...held, ...opened });
    expect(page.status).toBe(200);
    expect(JSON.parse(page.body).headers.cookie).toBe(undefined);
    expect(page.headers['content-security-policy']).toBe(undefined);
    expect((await get('/x', { ...held, 'sec-fetch-site': 'same-origin' }, 'POST')).status).toBe(200);
    expect((await get('/x', { ...held, 'sec-fetch-site': 'same-site' }, 'POST')).status).toBe(401);
    expect((await get('/x', { ...held, host: host(1), 'sec-fetch-site': 'same-origin' })).status).toBe(401);
  });

  it('is the app whatever the path, and the dashboard is nowhere below it', async () => {
    const api = await get('/api/v2/workspaceagents/me/app-status', { host: host(), ...token() });
    expect(JSON.parse(api.body).url).toBe('/api/v2/workspaceagents/me/app-status');
    expect((await get('/', { host: 'nonsense.apps.test', ...token() })).status).toBe(404);
    expect((await get('/', { host: host(port, 'nobody'), ...token() })).status).toBe(404);
  });

  it('gives a ticket for no other place', async () => {
    const asked = (uri: string) =>
      get(`/api/v2/applications/auth-redirect?redirect_uri=${encodeURIComponent(uri)}`, cookie());
    expect((await asked('https://evil.example/')).status).toBe(400);
    expect((await asked('https://x.apps.test/')).status).toBe(400);
    const other = await h.user();
    const foreign = await get(
      `/api/v2/applications/auth-redirect?redirect_uri=http://${host()}/`,
      cookie(other),
    );
    expect(foreign.status).toBe(404);
  });
});
