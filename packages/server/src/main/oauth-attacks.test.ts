import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

let world: OAuthWorld;
let clientId: string;
beforeAll(async () => {
  world = await createOAuthWorld();
  clientId = (await world.register()).client_id ?? '';
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const { challenge, verifier } = pkce();
const query = (change: Record<string, string | undefined> = {}): Record<string, string> => {
  const whole = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'abc',
    ...change,
  };
  return Object.fromEntries(
    Object.entries(whole).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};
const authorize = (change: Record<string, string | undefined>) =>
  world.browser().get(`/oauth2/authorize?${new URLSearchParams(query(change))}`);
const exchange = (form: Record<string, string>) =>
  world.token({
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    ...form,
  });
const codeOf = async () => {
  const browser = world.browser();
  const { uid } = await world.begin(browser, query());
  const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
  return answer.searchParams.get('code') ?? '';
};
const isIn = (token: string) =>
  world
    .client(token)
    .users.get({ user: 'me' })
    .then(
      () => true,
      ({ status }: { status: number }) => (status === 401 ? false : status),
    );

describe('a redirect', () => {
  it.each([
    'https://app.example.com/callback/',
    'https://app.example.com/callback/../evil',
    'https://app.example.com/callback?x=1',
    'https://app.example.com.evil.net/callback',
    'https://app.example.com@evil.net/callback',
    'http://app.example.com/callback',
    'https://APP.example.com/callback',
    'javascript:alert(1)',
    'cursor://anything/callback',
  ])('to %s, which is not registered, is refused on the spot', async (redirect_uri) => {
    const response = await authorize({ redirect_uri });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.json()).toMatchObject({ error: 'invalid_redirect_uri' });
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://x/1',
    'http://app.example.com/cb',
    'https://app.example.com/cb#x',
    'java\nscript:alert(1)',
  ])('%j cannot be registered', async (uri) => {
    await expect(world.register({ redirect_uris: [uri] })).rejects.toThrow('invalid_redirect_uri');
  });

  it('to this machine may come with any port, and to nowhere else', async () => {
    const { client_id } = await world.register({ redirect_uris: ['http://127.0.0.1/callback'] });
    const at = (redirect_uri: string) => authorize({ client_id, redirect_uri });
    expect((await at('http://127.0.0.1:54321/callback')).status).toBe(303);
    expect((await at('http://127.0.0.1:54321/other')).status).toBe(400);
    expect((await at('http://localhost:54321/callback')).status).toBe(400);
  });

  it('to a scheme of its own is taken from Cursor and VS Code as they register', async () => {
    const redirect_uris = ['cursor://anysphere.cursor-mcp/oauth/callback', 'http://localhost:8787/callback'];
    const { client_id } = await world.register({ redirect_uris });
    const { request } = await world.begin(
      world.browser(),
      query({ client_id, redirect_uri: redirect_uris[0] }),
    );
    expect(request.redirect).toMatchObject({ host: 'cursor:', kind: 'private-scheme' });
  });
});

describe('an authorization', () => {
  it.each([
    [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'audit_log:read' }, 'invalid_scope'],
    [{ resource: 'https://other.example.com/mcp' }, 'invalid_target'],
    [{ resource: 'http://127.0.0.1/api/experimental/mcp/http#x' }, 'invalid_target'],
  ])('with %j is refused with %s, at the application', async (change, error) => {
    const location = new URL((await authorize(change)).headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    const params =
      location.searchParams.size > 0 ? location.searchParams : new URLSearchParams(location.hash.slice(1));
    expect(params.get('error')).toBe(error);
    expect(params.get('iss')).toBe(world.url);
    expect(params.get('state')).toBe('abc');
  });

  it('of a client that does not exist goes nowhere', async () => {
    const response = await authorize({ client_id: crypto.randomUUID() });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it('without a resource is for MCP; with the bare address for that', async () => {
    const { request } = await world.begin(world.browser(), query());
    expect(request.resource).toBe(world.mcpUrl);
    const bare = await world.begin(world.browser(), query({ resource: `${world.url}/` }));
    expect(bare.request.resource).toBe(world.url);
  });
});

describe('a code', () => {
  it.each([
    [{ code_verifier: '' }],
    [{ code_verifier: pkce().verifier }],
    [{ redirect_uri: 'https://app.example.com/other' }],
  ])('with %j gives nothing', async (change) => {
    const response = await exchange({ code: await codeOf(), ...change });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/invalid_(grant|request)/) });
  });

  it('cannot be used by another application', async () => {
    const other = await world.register();
    const response = await exchange({ code: await codeOf(), client_id: other.client_id ?? '' });
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('presented again ends what it gave', async () => {
    const { code, tokens, verifier: own } = await world.connect({ clientId });
    expect(await isIn(tokens.access_token)).toBe(true);
    const again = await exchange({ code, code_verifier: own });
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
    await expect.poll(() => isIn(tokens.access_token)).toBe(false);
  });

  it('presented by many at once is good for one', async () => {
    const code = await codeOf();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange({ code })));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });
});

describe('a refresh token', () => {
  const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
    world.token({ grant_type: 'refresh_token', refresh_token, client_id: clientId, ...more });

  it('presented again ends its whole family', async () => {
    const { tokens } = await world.connect({ clientId });
    const next = (await (await refresh(tokens.refresh_token)).json()) as typeof tokens;
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(await isIn(next.access_token)).toBe(true);
    expect(await (await refresh(tokens.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
    await expect.poll(() => isIn(next.access_token)).toBe(false);
    expect(await (await refresh(next.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('does not give more than was allowed', async () => {
    const { tokens } = await world.connect({ clientId, decision: { capabilities: ['look'] } });
    const more = await refresh(tokens.refresh_token, { scope: 'workspace:delete' });
    expect(await more.json()).toMatchObject({ error: 'invalid_scope' });
    const less = await refresh(tokens.refresh_token, { scope: 'workspace:read' });
    expect(await less.json()).toMatchObject({ scope: 'workspace:read' });
  });

  it('is not for another resource', async () => {
    const { tokens } = await world.connect({ clientId });
    const response = await refresh(tokens.refresh_token, { resource: 'https://other.example.com' });
    expect(await response.json()).toMatchObject({ error: 'invalid_target' });
  });
});

describe('a token', () => {
  it('for another server is refused', async () => {
    const { tokens } = await world.connect({ clientId });
    const id = tokens.access_token.split('-')[0];
    const { pool } = world.server.database;
    await pool.query('update api_keys set audience = $1 where id = $2', ['https://other.example.com', id]);
    const response = await fetch(world.mcpUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('audience does not match');
  });

  it('in the query opens nothing on the MCP endpoint', async () => {
    const { tokens } = await world.connect({ clientId });
    const response = await fetch(`${world.mcpUrl}?access_token=${tokens.access_token}`, { method: 'POST' });
    expect(response.status).toBe(401);
  });

  it('cannot allow anything, not even one with every right', async () => {
    const { tokens } = await world.connect({
      clientId,
      scope: 'coder:all',
      decision: { capabilities: ['everything'] },
    });
    const { uid } = await world.begin(world.browser(), query());
    await expect(
      world
        .client(tokens.access_token)
        .oauth2.decideInteraction({ uid, decision: 'allow', capabilities: ['look'] }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a consent', () => {
  it('is not for pages of other sites, nor for forms', async () => {
    const browser = world.browser();
    const { uid } = await world.begin(browser, query());
    const decision = { decision: 'allow', capabilities: ['look'] };
    const forged = await browser.post(uid, decision, {
      origin: 'https://evil.example.net',
      'sec-fetch-site': 'cross-site',
    });
    expect(forged.status).toBe(403);
    const form = await browser.post(uid, decision, { 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
    expect((await browser.consent(uid)).kind).toBe('consent');
  });

  it('is decided only in the browser that began it', async () => {
    const attacker = world.browser(false);
    const response = await attacker.get(`/oauth2/authorize?${new URLSearchParams(query())}`);
    const uid = response.headers.get('location')?.split('/').at(-1) ?? '';
    const victim = world.browser();
    await expect(victim.consent(uid)).rejects.toThrow('404');
    expect((await victim.post(uid, { decision: 'allow', capabilities: ['look'] })).status).toBe(404);
  });

  it('needs somebody who is signed in, and is asked for each time', async () => {
    const nobody = world.browser(false);
    await expect(world.begin(nobody, query())).rejects.toThrow('401');
    await world.connect({ clientId });
    expect((await world.begin(world.browser(), query())).request.kind).toBe('consent');
  });

  it('that is denied tells the application so', async () => {
    const browser = world.browser();
    const { uid } = await world.begin(browser, query());
    const answer = await browser.decide(uid, { decision: 'deny' });
    expect(answer.searchParams.get('error')).toBe('access_denied');
  });

  it('does not widen what was asked for', async () => {
    const browser = world.browser();
    const { uid, request } = await world.begin(browser, query({ scope: 'workspace:read' }));
    expect(request.capabilities.map(({ id }) => id)).toEqual(['look']);
    const response = await browser.post(uid, { decision: 'allow', capabilities: ['delete'] });
    expect(response.status).toBe(400);
    const strange = { kind: 'chosen', ids: [crypto.randomUUID()] };
    expect(
      (await browser.post(uid, { decision: 'allow', capabilities: ['look'], workspaces: strange })).status,
    ).toBe(400);
  });

  it('is written down with who, what and from where', async () => {
    await world.connect({ clientId, decision: { capabilities: ['look'] } });
    const { pool } = world.server.database;
    const rows = async () =>
      (
        await pool.query(
          "select * from audit_logs where resource_type = 'oauth2_grant' order by time desc limit 1",
        )
      ).rows;
    await expect.poll(rows).toMatchObject([
      {
        username: 'ada',
        ip: '127.0.0.1',
        resource_target: 'Test application',
        additional_fields: { client_id: clientId, decision: 'allow' },
      },
    ]);
  });
});

describe('a metadata document', () => {
  const address = 'https://client.example.com/client.json';
  const document = {
    client_id: address,
    client_name: 'Ada’s\u202e app',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  };
  const attempt = (body: string, init: ResponseInit = {}, client_id = address) => {
    world.documents.set(client_id, () => new Response(body, init));
    return authorize({ client_id });
  };

  it('that names another application is refused, and one that redirects or holds a secret', async () => {
    const wrong = JSON.stringify({ ...document, client_id: 'https://other.example.com/client.json' });
    expect((await attempt(wrong)).status).toBe(400);
    expect((await attempt(JSON.stringify({ ...document, client_secret: 'x' }))).status).toBe(400);
    expect((await attempt('', { status: 302, headers: { location: 'http://127.0.0.1/' } })).status).toBe(400);
    expect(
      (await attempt(JSON.stringify({ ...document, redirect_uris: ['javascript:alert(1)'] }))).status,
    ).toBe(400);
    expect((await attempt('x'.repeat(70_000))).status).toBe(400);
    expect((await attempt('{}', {}, 'http://client.example.com/client.json')).status).toBe(400);
  });

  it('shows the host that vouches for it, and its name as plain text', async () => {
    expect((await attempt(JSON.stringify(document))).status).toBe(303);
    const { request } = await world.begin(world.browser(), query({ client_id: address }));
    expect(request.application).toMatchObject({
      kind: 'cimd',
      verified_host: 'client.example.com',
      name: 'Ada’s app',
    });
  });
});

describe('a device code', () => {
  it('is not guessed: after ten wrong ones the user waits', async () => {
    const guess = (user_code: string) =>
      world.owner.client.oauth2.getDevice({ user_code }).catch(({ status }: { status: number }) => status);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => guess(`BBBB-BB${n}`)));
    expect(answers.filter((status) => status === 404)).toHaveLength(10);
    expect(answers.filter((status) => status === 429)).toHaveLength(2);
  });
});
