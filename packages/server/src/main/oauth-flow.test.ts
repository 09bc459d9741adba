import { MCP_PATH } from '@coder/api';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';
import { connectSdk, memoryProvider } from './testing/sdk-client.ts';

let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const json = async (path: string) =>
  (await fetch(`${world.url}${path}`)).json() as Promise<Record<string, unknown>>;

describe('discovery', () => {
  it('names the exact MCP address, and the bare one, each with its own document', async () => {
    const response = await fetch(world.mcpUrl, { method: 'POST' });
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate') ?? '';
    const document = `/.well-known/oauth-protected-resource${MCP_PATH}`;
    expect(challenge).toContain(`resource_metadata="${world.url}${document}"`);
    expect(challenge).toContain('scope="coder:workspaces.create ');
    expect(await json(document)).toMatchObject({
      resource: world.mcpUrl,
      authorization_servers: [world.url],
      bearer_methods_supported: ['header'],
    });
    expect(await json('/.well-known/oauth-protected-resource')).toMatchObject({ resource: world.url });
    expect((await fetch(`${world.url}/.well-known/oauth-protected-resource/other`)).status).toBe(404);
  });

  it.each([
    '/.well-known/oauth-authorization-server',
    `/.well-known/oauth-authorization-server${MCP_PATH}`,
    '/.well-known/openid-configuration',
    `/.well-known/openid-configuration${MCP_PATH}`,
    `${MCP_PATH}/.well-known/openid-configuration`,
  ])('answers %s for pages of any origin', async (path) => {
    const response = await fetch(`${world.url}${path}`, {
      headers: { origin: 'https://inspector.example.com' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({
      issuer: world.url,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      registration_endpoint: `${world.url}/oauth2/register`,
    });
  });

  it('answers the guide that tries the authorization endpoint by hand', async () => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${world.url}/api/v2/oauth2/authorize`, { method });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        authorization_endpoint: `${world.url}/oauth2/authorize`,
        detail: expect.stringContaining('code_challenge'),
      });
    }
  });
});

describe('a token', () => {
  it('carries what the user allowed, and is an application’s in the eyes of the server', async () => {
    const { tokens, clientId } = await world.connect({ decision: { capabilities: ['look'] } });
    expect(tokens.scope.split(' ')).toContain('workspace:read');
    expect(tokens.scope).not.toMatch(/coder:|ssh|create|delete/);
    const client = world.client(tokens.access_token);
    expect((await client.users.get({ user: 'me' })).username).toBe('ada');
    await expect(
      client.workspaces.create({ user: 'me', name: 'x', template_id: crypto.randomUUID() }),
    ).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    const { grants } = await world.owner.client.oauth2.listGrants();
    expect(grants.find(({ application }) => application.id === clientId)).toMatchObject({
      application: { name: 'Test application', kind: 'dcr' },
      capabilities: [{ id: 'look', title: 'Look' }],
      workspaces: 'all',
    });
  });

  it('is stored nowhere in clear, nor is its code', async () => {
    const { tokens, code } = await world.connect();
    const { pool } = world.server.database;
    const { rows } = await pool.query(`
      select row_to_json(a)::text as text from oauth_artifacts a union all select row_to_json(k)::text from api_keys k
      union all select row_to_json(g)::text from oauth_grants g union all select row_to_json(l)::text from audit_logs l`);
    const all = rows.map(({ text }: { text: string }) => text).join('\n');
    const secrets = [code, tokens.refresh_token, tokens.access_token.split('-')[1] ?? 'none'];
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).toContain(tokens.access_token.split('-')[0]);
  });

  it('of one device outlives that of another', async () => {
    const client = await world.register();
    const options = { clientId: client.client_id ?? '' };
    const first = await world.connect(options);
    const second = await world.connect(options);
    const { grants } = await world.owner.client.oauth2.listGrants();
    const [newest] = grants.filter(({ application }) => application.id === client.client_id);
    await world.owner.client.oauth2.revokeGrant({ grant: newest?.id ?? '' });
    expect((await world.client(first.tokens.access_token).users.get({ user: 'me' })).username).toBe('ada');
    await expect(world.client(second.tokens.access_token).users.get({ user: 'me' })).rejects.toMatchObject({
      status: 401,
    });
  });

  it('ends with the suspension of its user', async () => {
    const { tokens } = await world.connect({ decision: { capabilities: ['look', 'operate'] } });
    const { pool } = world.server.database;
    await pool.query("update users set status = 'suspended'");
    await pool.query("select pg_notify('user_changed', id::text) from users");
    await expect
      .poll(() =>
        world
          .client(tokens.access_token)
          .users.get({ user: 'me' })
          .catch((e) => e.status),
      )
      .toBe(401);
    const refreshed = await world.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: 'anything',
    });
    expect(refreshed.status).toBe(401);
    await pool.query("update users set status = 'active'");
    await pool.query("select pg_notify('user_changed', id::text) from users");
    await expect
      .poll(() => world.owner.client.users.get({ user: 'me' }).then(({ username }) => username, String))
      .toBe('ada');
  });
});

describe('a strict client', () => {
  it('goes the whole way: discovery, registration, code, refresh, revocation', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true };
    const resource = await oauth.processResourceDiscoveryResponse(
      new URL(world.mcpUrl),
      await oauth.resourceDiscoveryRequest(new URL(world.mcpUrl), insecure),
    );
    const issuer = new URL(resource.authorization_servers?.[0] ?? '');
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    );
    const client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        server,
        { redirect_uris: [redirectUri], client_name: 'Strict' },
        insecure,
      ),
    );
    const { verifier, challenge } = pkce();
    const browser = world.browser();
    const { uid } = await world.begin(browser, {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      resource: resource.resource,
      state: 's',
    });
    const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
    const params = oauth.validateAuthResponse(server, client, answer, 's');
    expect(params.get('iss')).toBe(world.url);
    const secret = oauth.ClientSecretBasic(client.client_secret as string);
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(server, client, secret, params, redirectUri, verifier, {
        additionalParameters: { resource: resource.resource },
        ...insecure,
      }),
    );
    const renewed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, secret, tokens.refresh_token ?? '', insecure),
    );
    expect((await world.client(renewed.access_token).users.get({ user: 'me' })).username).toBe('ada');
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, secret, renewed.access_token, insecure),
    );
    await expect
      .poll(() =>
        world
          .client(renewed.access_token)
          .users.get({ user: 'me' })
          .catch((e) => e.status),
      )
      .toBe(401);
  });
});

describe('a device', () => {
  it('gets its token when its code is allowed somewhere else, and not before', async () => {
    const response = await fetch(`${world.url}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'coder-cli', scope: 'coder:all' }),
    });
    const device = (await response.json()) as Record<string, string>;
    expect(device.verification_uri).toBe(`${world.url}/device`);
    const poll = () =>
      world.token({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: device.device_code ?? '',
        client_id: 'coder-cli',
      });
    expect(await (await poll()).json()).toMatchObject({ error: 'authorization_pending' });
    const user_code = device.user_code ?? '';
    const asked = await world.owner.client.oauth2.getDevice({ user_code: user_code.toLowerCase() });
    expect(asked).toMatchObject({ kind: 'device', redirect: null, device: { user_code, ip: '127.0.0.1' } });
    await world.owner.client.oauth2.decideDevice({
      user_code,
      decision: 'allow',
      capabilities: ['everything'],
    });
    const tokens = (await (await poll()).json()) as { access_token: string; scope: string };
    expect(tokens.scope).toBe('coder:all');
    expect((await world.client(tokens.access_token).users.get({ user: 'me' })).username).toBe('ada');
    expect(await (await poll()).json()).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the SDK’s client', () => {
  const clientUrl = 'https://client.example.com/mcp.json';
  it.each([
    ['legacy', undefined],
    ['2026-07-28', undefined],
    ['legacy', clientUrl],
    ['2026-07-28', clientUrl],
  ])('signs in by the address alone (%s, %s), and steps up', async (era, document) => {
    world.documents.set(clientUrl, () =>
      Response.json({
        client_id: clientUrl,
        client_name: 'Document client',
        redirect_uris: ['http://localhost/callback'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    );
    const provider = memoryProvider(world, document, ['look']);
    await using client = await connectSdk(world, provider, era);
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain('coder_list_workspaces');
    expect(names).not.toContain('coder_workspace_bash');
    provider.allow(['look', 'work']);
    await client.callTool('coder_workspace_bash', { workspace: 'none', command: 'true' });
    expect(provider.asked.at(-1)).toContain('workspace:ssh');
    expect(provider.asked.at(-1)).toContain('workspace:read');
    const { pool } = world.server.database;
    const refused = async () =>
      (
        await pool.query(
          "select count(*)::int as n from audit_logs where status_code = 403 and description = 'tools/call coder_workspace_bash'",
        )
      ).rows[0].n;
    await expect.poll(refused).toBeGreaterThan(0);
  });
});
