import { MCP_PATH } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

type Token = { access_token: string };

/** A whole authorization of an application with a secret; gives the answer of the token endpoint. */
async function exchange(clientId: string, secret: string): Promise<Response> {
  const { verifier, challenge } = pkce();
  const browser = world.browser();
  const { uid } = await world.begin(browser, {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
  return world.token(
    {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    },
    { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
  );
}
const isIn = (token: string) =>
  world
    .client(token)
    .users.get({ user: 'me' })
    .then(
      () => true,
      () => false,
    );

describe('an application that an administrator enters', () => {
  it('has several secrets, of which each is shown once and ends with its tokens', async () => {
    const { client } = world.owner;
    const app = await client.oauth2Provider.createApp({ name: 'Dashboard bot', callback_url: redirectUri });
    expect(app).toMatchObject({ kind: 'preregistered', redirect_uris: [redirectUri] });
    const first = await client.oauth2Provider.createSecret({ app: app.id });
    const second = await client.oauth2Provider.createSecret({ app: app.id });
    expect(first.client_secret_full).toMatch(/^coder_[A-Za-z0-9]{10}_[A-Za-z0-9]{40}$/);
    const wrong = await exchange(app.id, `${first.client_secret_full}x`);
    expect([wrong.status, ((await wrong.json()) as { error: string }).error]).toEqual([
      401,
      'invalid_client',
    ]);
    const one = (await (await exchange(app.id, first.client_secret_full)).json()) as Token;
    const two = (await (await exchange(app.id, second.client_secret_full)).json()) as Token;
    const listed = await client.oauth2Provider.listSecrets({ app: app.id });
    expect(listed.map((secret) => secret.client_secret_truncated)).toEqual([
      first.client_secret_full.slice(-6),
      second.client_secret_full.slice(-6),
    ]);
    expect(listed.every((secret) => secret.last_used_at !== null)).toBe(true);
    await client.oauth2Provider.deleteSecret({ app: app.id, secret: first.id });
    await expect.poll(() => isIn(one.access_token)).toBe(false);
    expect(await isIn(two.access_token)).toBe(true);
    await client.oauth2Provider.deleteApp({ app: app.id });
    await expect.poll(() => isIn(two.access_token)).toBe(false);
  });

  it('is refused with every wrong field, and held to its scopes', async () => {
    const { client } = world.owner;
    await expect(
      client.oauth2Provider.createApp({
        name: 'x',
        redirect_uris: ['javascript:alert(1)'],
        icon: 'javascript:1',
        scope: 'nope',
      }),
    ).rejects.toMatchObject({
      validations: [{ field: 'redirect_uris[0]' }, { field: 'icon' }, { field: 'scope' }],
    });
    const app = await client.oauth2Provider.createApp({
      name: 'Reader',
      redirect_uris: [redirectUri],
      scope: 'workspace:read',
    });
    const { challenge } = pkce();
    const response = await world.browser().get(
      `/oauth2/authorize?${new URLSearchParams({
        response_type: 'code',
        client_id: app.id,
        redirect_uri: redirectUri,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        scope: 'workspace:delete',
      })}`,
    );
    expect(response.headers.get('location')).toContain('error=invalid_scope');
  });
});

describe('an application that registered itself', () => {
  it('stays as public as it is when an administrator changes it', async () => {
    const { client } = world.owner;
    const { client_id: app = '' } = await world.register();
    const before = await client.oauth2Provider.getApp({ app });
    expect(before.token_endpoint_auth_method).toBe('none');
    const { name, redirect_uris } = { ...before, name: 'Renamed' };
    expect(await client.oauth2Provider.updateApp({ app, name, redirect_uris })).toMatchObject({
      kind: 'dcr',
      name,
      redirect_uris,
      token_endpoint_auth_method: 'none',
    });
  });
});

describe('a user', () => {
  it('disconnects an application by upstream’s route too', async () => {
    const { tokens, clientId } = await world.connect();
    const remove = (headers: Record<string, string>) =>
      fetch(`${world.url}/oauth2/tokens?client_id=${clientId}`, { method: 'DELETE', headers });
    expect((await remove({})).status).toBe(401);
    expect(await isIn(tokens.access_token)).toBe(true);
    expect((await remove({ 'coder-session-token': world.owner.token })).status).toBe(204);
    await expect.poll(() => isIn(tokens.access_token)).toBe(false);
  });
});

describe('registration', () => {
  it('can be switched off, or need a token', async () => {
    const { client } = world.owner;
    const metadata = async () =>
      (await fetch(`${world.url}/.well-known/oauth-authorization-server`)).json() as Promise<
        Record<string, unknown>
      >;
    await client.oauth2Provider.updateSettings({ dynamic_client_registration_enabled: false });
    expect(await metadata()).not.toHaveProperty('registration_endpoint');
    await expect(world.register()).rejects.toThrow('access_denied');
    const { initial_access_token: token } = await client.oauth2Provider.updateSettings({
      dynamic_client_registration: 'token',
    });
    await expect(world.register()).rejects.toThrow('invalid_token');
    const response = await fetch(`${world.url}/oauth2/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ redirect_uris: [redirectUri] }),
    });
    expect(response.status).toBe(201);
    await client.oauth2Provider.updateSettings({ dynamic_client_registration: 'on' });
  });

  it('gives a record that its client reads, changes and deletes', async () => {
    const made = await world.register({
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'nonsense',
    });
    expect(made.registration_client_uri).toBe(`${world.url}/oauth2/clients/${made.client_id}`);
    expect(made).not.toHaveProperty('scope');
    const call = (method: string, body?: object, token = made.registration_access_token) =>
      fetch(made.registration_client_uri ?? '', {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    expect((await call('GET', undefined, 'wrong')).status).toBe(401);
    const read = await (await call('GET')).json();
    expect(read).toMatchObject({ client_id: made.client_id, client_name: 'Test application' });
    expect(read).not.toHaveProperty('client_secret');
    const changed = await call('PUT', {
      client_id: made.client_id,
      client_name: 'Renamed',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(await changed.json()).toMatchObject({ client_name: 'Renamed' });
    expect((await call('DELETE')).status).toBe(204);
    expect((await call('GET')).status).toBe(401);
  });
});

describe('without the experiment', () => {
  it('is not discovered, and its endpoints say what to switch on', async () => {
    await using other = await createOAuthWorld({ CODER_EXPERIMENTS: 'mcp-server-http' });
    const ask = (path: string, method = 'GET') =>
      fetch(`${other.url}${path}`, { method, headers: { origin: 'https://page.example.com' } });
    const nothing = await (await ask('/.well-known/nothing')).text();
    for (const name of ['oauth-authorization-server', 'openid-configuration', 'oauth-protected-resource']) {
      for (const path of [`/.well-known/${name}`, `/.well-known/${name}${MCP_PATH}`]) {
        const response = await ask(path);
        expect([response.status, await response.text()]).toEqual([404, nothing]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
        expect((await ask(path, 'OPTIONS')).status).toBe(404);
      }
    }
    expect((await ask(`${MCP_PATH}/.well-known/openid-configuration`)).status).toBe(404);
    for (const path of ['/oauth2/authorize', '/oauth2/jwks', '/oauth2/clients/x']) {
      const response = await ask(path);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('the experiment oauth2 is off');
    }
  });
});
