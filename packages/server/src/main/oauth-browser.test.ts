import { MCP_PATH } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** What pages of other sites could do with a user's browser. */
let world: OAuthWorld;
let clientId: string;
beforeAll(async () => {
  world = await createOAuthWorld();
  clientId = (await world.register()).client_id ?? '';
});
afterAll(() => world[Symbol.asyncDispose]());

const { challenge } = pkce();
const query = (change: Record<string, string> = {}) => ({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: redirectUri,
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 'abc',
  ...change,
});
const authorize = (change: Record<string, string> = {}) =>
  world.browser().get(`/oauth2/authorize?${new URLSearchParams(query(change))}`);
const page = 'https://page.example.com';
const documents = [
  '/.well-known/oauth-authorization-server',
  `/.well-known/oauth-protected-resource${MCP_PATH}`,
];

describe('a page of another site', () => {
  it.each([
    ...documents,
    '/oauth2/tokens',
    '/oauth2/register',
    '/oauth2/revoke',
    '/oauth2/device_authorization',
    '/oauth2/clients/x',
  ])('may ask %s, without the browser’s cookies', async (path) => {
    const preflight = await fetch(`${world.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type, mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    const header = (name: string) => preflight.headers.get(`access-control-${name}`);
    expect(header('allow-origin')).toBe('*');
    expect(header('allow-methods')).toContain('POST');
    for (const name of ['authorization', 'content-type', 'mcp-protocol-version']) {
      expect(header('allow-headers')?.toLowerCase()).toContain(name);
    }
    expect(header('allow-credentials')).toBeNull();
    const asked = await fetch(`${world.url}${path}`, { method: 'POST', headers: { origin: page } });
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(asked.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(asked.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each([
    ['GET', '/oauth2/authorize'],
    ['GET', '/oauth2/interaction/x'],
    ['GET', '/api/v2/users/me'],
    ['POST', '/api/v2/users/login'],
    ['GET', '/api/v2/oauth2/interactions/x'],
    ['POST', '/api/v2/oauth2/device/x'],
    ['GET', '/api/v2/oauth2/grants'],
    ['GET', '/api/v2/workspaces'],
    ['GET', '/'],
  ])('reads nothing of %s %s', async (method, path) => {
    for (const asked of [method, 'OPTIONS']) {
      const response = await fetch(`${world.url}${path}`, {
        method: asked,
        headers: { origin: page, 'access-control-request-method': method },
      });
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('is let in only when the setting names it, where there is one', async () => {
    await using narrow = await createOAuthWorld({ CODER_OAUTH2_ALLOWED_ORIGINS: page });
    for (const path of [...documents, '/oauth2/tokens', MCP_PATH]) {
      const allowed = async (origin: string) =>
        (
          await fetch(`${narrow.url}${path}`, {
            method: 'OPTIONS',
            headers: { origin, 'access-control-request-method': 'POST' },
          })
        ).headers.get('access-control-allow-origin');
      expect(await allowed(page)).toBe(page);
      expect(await allowed('https://other.example.com')).toBeNull();
    }
  });
});

describe('framing', () => {
  it.each(['/login', '/oauth2/interaction/abc', '/device', '/settings/applications'])(
    '%s is refused',
    async (path) => {
      const { headers } = await fetch(`${world.url}${path}`);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
    },
  );

  it('of the steps between is refused too, and they are kept nowhere', async () => {
    for (const response of [
      await authorize(),
      await authorize({ client_id: 'nobody' }),
      await authorize({ response_type: 'token' }),
      await world.browser().get('/oauth2/authorize/nothing'),
    ]) {
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).not.toMatch(/<(script|form|iframe)/);
    }
  });
});

describe('an answer', () => {
  it.each(['form_post', 'fragment', 'web_message', 'query.jwt', 'nonsense'])(
    'by response_mode=%s is refused at the application, since a page of ours would have to run its script',
    async (response_mode) => {
      const response = await authorize({ response_mode });
      const location = new URL(response.headers.get('location') ?? '');
      expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
      expect(Object.fromEntries(location.searchParams)).toMatchObject({
        error: 'unsupported_response_mode',
        state: 'abc',
        iss: world.url,
      });
    },
  );

  it('by response_mode=query is the usual one', async () => {
    const response = await authorize({ response_mode: 'query' });
    expect(response.headers.get('location')).toContain('/oauth2/interaction/');
  });

  it.each([
    ['request', 'e30.e30.'],
    ['request_uri', 'http://127.0.0.1:1/request'],
    ['registration', '{"redirect_uris":["https://evil.example.net/"]}'],
  ])('to a request that brings its own %s is an error', async (name, value) => {
    const location = new URL((await authorize({ [name]: value })).headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    expect(location.searchParams.get('error')).toMatch(/not_supported$/);
  });

  it('without asking the user is never given', async () => {
    await world.connect({ clientId });
    const location = new URL((await authorize({ prompt: 'none' })).headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe('login_required');
    expect(location.searchParams.get('code')).toBeNull();
  });
});

describe('a sign-in', () => {
  const credentials = { email: 'ada@example.com', password: 'correct horse battery' };
  const login = (headers: Record<string, string>, body = JSON.stringify(credentials)) =>
    fetch(`${world.url}/api/v2/users/login`, { method: 'POST', headers, body });

  it('that a page of another site sends is refused, so that nobody is signed in as somebody else', async () => {
    const json = { 'content-type': 'application/json' };
    for (const headers of [
      { ...json, origin: page, 'sec-fetch-site': 'cross-site' },
      { ...json, origin: page },
      { ...json, origin: 'null' },
      { 'content-type': 'text/plain', origin: page },
    ]) {
      const refused = await login(headers);
      expect([refused.status, refused.headers.get('set-cookie')]).toEqual([403, null]);
    }
    const form = await login(
      { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      String(new URLSearchParams(credentials)),
    );
    expect(form.headers.get('set-cookie')).toBeNull();
    const own = await login({ ...json, origin: world.url, 'sec-fetch-site': 'same-origin' });
    expect(own.status).toBe(201);
    expect(own.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('in between does not hand a request to another user', async () => {
    const browser = world.browser();
    const { uid } = await world.begin(browser, query());
    const { client } = world.owner;
    await client.users.create({ username: 'eve', email: 'eve@example.com', password: 'a password of hers' });
    const { session_token: token } = await world
      .client('')
      .users.login({ email: 'eve@example.com', password: 'a password of hers' });
    browser.cookies.set('coder_session_token', { value: token, path: '/' });
    // Whoever is signed in now decides, for herself, and is told so.
    const request = await browser.consent(uid);
    expect(request.user.username).toBe('eve');
    const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
    expect(answer.searchParams.get('code')).toBeTruthy();
    const { grants } = await world.client(token).oauth2.listGrants();
    expect(grants).toHaveLength(1);
  });
});

describe('a consent that is forged', () => {
  const decision = { decision: 'allow', capabilities: ['look'] };
  it.each<Record<string, string>>([
    { origin: page, 'sec-fetch-site': 'cross-site' },
    { origin: page, 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'text/plain' },
  ])('with %j decides nothing', async (headers) => {
    const browser = world.browser();
    const { uid } = await world.begin(browser, query());
    const all: Record<string, string> = { ...headers };
    // A browser that does not say where a request comes from says at least its origin.
    if (!('sec-fetch-site' in all) && 'origin' in all) all['sec-fetch-site'] = 'cross-site';
    const response = await browser.post(uid, decision, all);
    expect([400, 403]).toContain(response.status);
    expect((await browser.consent(uid)).kind).toBe('consent');
  });

  it('for a device decides nothing either', async () => {
    const device = (await (
      await fetch(`${world.url}/oauth2/device_authorization`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'coder-cli' }),
      })
    ).json()) as { user_code: string };
    const decide = (headers: Record<string, string>) =>
      fetch(`${world.url}/api/v2/oauth2/device/${device.user_code}`, {
        method: 'POST',
        headers: { cookie: `coder_session_token=${world.owner.token}`, ...headers },
        body: JSON.stringify(decision),
      });
    const json = { 'content-type': 'application/json' };
    expect((await decide({ ...json, origin: page, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await decide({ 'content-type': 'text/plain', origin: world.url })).status).toBe(400);
    const { user_code } = device;
    expect((await world.owner.client.oauth2.getDevice({ user_code })).kind).toBe('device');
  });
});
