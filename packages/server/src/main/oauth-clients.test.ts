import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** Applications that say what is not so about themselves, or are taken for others. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const register = (metadata: object, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ client_name: 'Test', redirect_uris: [redirectUri], ...metadata }),
  });
const query = (client_id: string, challenge = pkce().challenge) => ({
  response_type: 'code',
  client_id,
  redirect_uri: redirectUri,
  code_challenge: challenge,
  code_challenge_method: 'S256',
});
const authorize = (clientId: string) =>
  world.browser().get(`/oauth2/authorize?${new URLSearchParams(query(clientId))}`);

describe('a registration', () => {
  it('has 16 KiB at most, whatever its characters take', async () => {
    expect((await register({ client_name: 'x', software_id: 'x'.repeat(16_000) })).status).toBe(201);
    const response = await register({ client_name: 'x', software_id: '\u20ac'.repeat(6_000) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error_description: expect.stringContaining('at most 16384 bytes'),
    });
    for (const part of [{ client_name: 'a\0b' }, { 'a\0b': 1 }]) {
      expect((await register(part)).status).toBe(400);
    }
  });

  it('has ten redirects at most', async () => {
    const redirects = (count: number) => Array.from({ length: count }, (_, n) => `${redirectUri}/${n}`);
    expect((await register({ redirect_uris: redirects(10) })).status).toBe(201);
    expect((await register({ redirect_uris: redirects(11) })).status).toBe(400);
  });

  it.each(['logo_uri', 'client_uri', 'tos_uri', 'policy_uri'])(
    'with a %s that a browser would run or open itself is refused',
    async (field) => {
      for (const address of [
        'javascript:alert(1)',
        'JavaScript:alert(1)',
        'java\nscript:alert(1)',
        'data:image/svg+xml,<svg onload=alert(1)>',
        'file:///etc/passwd',
        'blob:https://x/1',
        'vbscript:x',
        '//evil.example.net/x.png',
        'x',
        7,
        ['https://x/'],
      ]) {
        const response = await register({ [field]: address });
        expect([address, response.status]).toEqual([address, 400]);
        expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' });
      }
    },
  );

  it('with a picture is shown with that address, as text', async () => {
    const logo_uri = 'https://app.example.com/"onerror="alert(1).png';
    const client = await world.register({ logo_uri });
    const { request } = await world.begin(world.browser(), query(client.client_id ?? ''));
    expect(request.application.icon).toBe('https://app.example.com/%22onerror=%22alert(1).png');
  });

  it.each([
    ['a body that is too large', JSON.stringify({ redirect_uris: [redirectUri], x: 'x'.repeat(16_400) })],
    ['what is no JSON', '{'],
    ['a list', '[]'],
    ['nothing', ''],
    ['JSON that is deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ])('of %s is refused', async (_, body) => {
    const response = await fetch(`${world.url}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' });
  });

  it.each([
    ['33 redirects', { redirect_uris: Array.from({ length: 33 }, (_, n) => `https://app.example.com/${n}`) }],
    ['a long redirect', { redirect_uris: [`https://app.example.com/${'x'.repeat(3_000)}`] }],
    ['redirects that are no list', { redirect_uris: 'https://app.example.com/' }],
    ['null for a redirect', { redirect_uris: [null] }],
    ['an object for a redirect', { redirect_uris: [{ toString: 'x' }] }],
    ['certificates', { token_endpoint_auth_method: 'tls_client_auth' }],
    ['signatures without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['an unknown kind', { application_type: 'nonsense' }],
    ['keys that are none', { jwks: 'x' }],
    ['a NUL in its name', { client_name: 'a\u0000b' }],
  ])('with %s is refused', async (_, metadata) => {
    const response = await register(metadata);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toMatch(/^invalid_/);
  });

  it('has its long or tricky name cut down to a line of plain text', async () => {
    const client = await world.register({ client_name: `Coder\u202e\u0007\n<b>${'x'.repeat(500)}` });
    const { request } = await world.begin(world.browser(), query(client.client_id ?? ''));
    expect(request.application.name).toMatch(/^Coder <b>x+…$/);
    expect(request.application.name.length).toBeLessThanOrEqual(64);
  });

  it('gives no rights by what it says: neither scopes, nor grants, nor the name of another', async () => {
    const response = await register({
      client_name: 'Claude',
      client_id: 'coder-cli',
      scope: 'coder:all',
      grant_types: ['authorization_code', 'client_credentials', 'password', 'implicit'],
      response_types: ['code'],
    });
    const client = (await response.json()) as Record<string, unknown>;
    expect(client.client_id).not.toBe('coder-cli');
    expect(client.grant_types).toEqual(['authorization_code']);
    const { request } = await world.begin(world.browser(), query(String(client.client_id)));
    // The page says that nobody vouches for the name, and where the answer goes.
    expect(request).toMatchObject({
      application: { name: 'Claude', kind: 'dcr', verified_host: '' },
      redirect: { host: 'app.example.com' },
    });
    const direct = await world.token({
      grant_type: 'client_credentials',
      client_id: String(client.client_id),
    });
    expect(await direct.json()).toMatchObject({ error: expect.stringMatching(/client|grant/) });
  });

  it('is read and changed by its own token alone', async () => {
    const mine = await world.register();
    const other = await world.register();
    const ask = (id: string | undefined, token: string | undefined, method = 'GET') =>
      fetch(`${world.url}/oauth2/clients/${id}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'PUT'
          ? { body: JSON.stringify({ client_id: id, redirect_uris: ['https://evil.example.net/cb'] }) }
          : {}),
      });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await ask(mine.client_id, other.registration_access_token, method)).status).toBe(401);
      expect((await ask(mine.client_id, world.owner.token, method)).status).toBe(401);
    }
    expect((await ask(mine.client_id, mine.registration_access_token)).status).toBe(200);
  });
});

describe('an application', () => {
  it('does not act with the secret of another, nor without its own', async () => {
    const confidential = { token_endpoint_auth_method: 'client_secret_basic' };
    const [mine, other] = [await world.register(confidential), await world.register(confidential)];
    const { verifier, challenge } = pkce();
    const browser = world.browser();
    const { uid } = await world.begin(browser, query(mine.client_id ?? '', challenge));
    const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
    const form = {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const basic = (id = '', secret = '') => ({
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    });
    const tries = [
      world.token({ ...form, client_id: mine.client_id ?? '' }),
      world.token(form, basic(mine.client_id, other.client_secret)),
      world.token(form, basic(mine.client_id, 'kept-as-hashes')),
    ];
    for (const response of await Promise.all(tries)) {
      expect(await response.json()).toMatchObject({ error: 'invalid_client' });
    }
    expect((await world.token(form, basic(other.client_id, other.client_secret))).status).toBe(400);
    expect((await world.token(form, basic(mine.client_id, mine.client_secret))).status).toBe(200);
  });

  it('that many share is asked about for each of its users and machines anew', async () => {
    const client = await world.register({
      redirect_uris: ['http://localhost/callback', 'https://app.example.com/callback'],
    });
    const clientId = client.client_id ?? '';
    await world.connect({ clientId });
    // Somebody else's program with the same id, which waits on this machine.
    const browser = world.browser();
    const { uid, request } = await world.begin(browser, {
      ...query(clientId),
      redirect_uri: 'http://localhost:9999/callback',
    });
    expect(request).toMatchObject({
      kind: 'consent',
      redirect: { kind: 'loopback', host: 'localhost:9999' },
    });
    const code = (await browser.decide(uid, { decision: 'allow', capabilities: ['look'] })).searchParams.get(
      'code',
    );
    // A code goes only to where it was sent, with what only its asker knows.
    for (const form of [
      { redirect_uri: redirectUri, code_verifier: pkce().verifier },
      { redirect_uri: 'http://localhost:9999/callback', code_verifier: pkce().verifier },
    ]) {
      const response = await world.token({
        grant_type: 'authorization_code',
        code: code ?? '',
        client_id: clientId,
        ...form,
      });
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
    }
  });

  it('of the command line takes no code and no redirect', async () => {
    const response = await authorize('coder-cli');
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    const exchanged = await world.token({
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
      client_id: 'coder-cli',
    });
    expect(exchanged.status).toBe(400);
  });
});

describe('a document', () => {
  it.each([
    { redirect_uris: ['javascript:alert(1)'] },
    { redirect_uris: ['https://moved.example.com/callback'] },
    { client_id: 'https://other.example.com/client.json' },
    { client_secret: 'shared' },
    { logo_uri: 'javascript:alert(1)' },
    { token_endpoint_auth_method: 'client_secret_basic' },
  ])('with %j is refused', async (change) => {
    const address = `https://bad.example.com/${randomUUID()}.json`;
    world.documents.set(address, () =>
      Response.json({
        client_id: address,
        client_name: 'Bad',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        ...change,
      }),
    );
    expect((await authorize(address)).status).toBe(400);
  });

  it.each([
    'https://127.0.0.1/client.json',
    'https://[::1]/client.json',
    'https://localhost/client.json',
    'http://flaky.example.com/client.json',
    'https://flaky.example.com/',
    'https://flaky.example.com/client.json#x',
    'https://user@flaky.example.com/client.json',
    'https://flaky.example.com/../client.json',
    'file:///etc/passwd',
    'urn:x:y',
  ])('at %s is not asked for', async (client_id) => {
    let asked = 0;
    world.documents.set(client_id, () => {
      asked += 1;
      return Response.json({ client_id, client_name: 'X', redirect_uris: [redirectUri] });
    });
    expect((await authorize(client_id)).status).toBe(400);
    // Private addresses are refused by whoever fetches, which a test stands in for here.
    if (!/127\.0\.0\.1|::1|localhost/.test(client_id)) expect(asked).toBe(0);
  });
});
