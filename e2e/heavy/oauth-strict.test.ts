import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createApiClient, MCP_PATH } from '@coder/api';
import * as oauth from 'oauth4webapi';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, buildDashboard, launchBrowser } from '../harness/browser.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { connectHttp } from '../harness/mcp.ts';
import { verifies } from '../requirements.ts';
import { startClient } from './client-process.ts';
import { installClients } from './clients.ts';
import { openUser, type User } from './consent.ts';
import { freePort } from './free-port.ts';
import { authorizeAddress } from './transcript.ts';

if (browserMissing) console.warn(`The tests of a strict OAuth client are skipped: ${browserMissing}.`);

/** The server of the tests has no certificate; everything else is checked as ever. */
const insecure = { [oauth.allowInsecureRequests]: true };

describe.skipIf(browserMissing)('the authorization server', { timeout: 90_000 }, () => {
  let browser: Browser;
  let deployment: Deployment;
  let user: User;
  let mcp: string;
  /** Where the strict client waits for its answers. */
  let callback: Server;
  let redirectUri: string;

  beforeAll(async () => {
    installClients();
    buildDashboard();
    [deployment, browser] = await Promise.all([createDeployment(), launchBrowser()]);
    user = await openUser(browser, deployment);
    mcp = deployment.url + MCP_PATH;
    callback = createServer((_, response) => response.end('You can close this page.')).listen(0, '127.0.0.1');
    await once(callback, 'listening');
    redirectUri = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
  }, 180_000);

  afterAll(async () => {
    callback?.close();
    callback?.closeAllConnections();
    await browser?.close();
    await deployment?.[Symbol.asyncDispose]();
  });

  /** What a client learns from the address alone. */
  async function discover() {
    const resource = await oauth.processResourceDiscoveryResponse(
      new URL(mcp),
      await oauth.resourceDiscoveryRequest(new URL(mcp), insecure),
    );
    const issuer = new URL(resource.authorization_servers?.[0] ?? '');
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    );
    return { server, resource: resource.resource };
  }

  async function register(server: oauth.AuthorizationServer, metadata: Partial<oauth.Client>) {
    return oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        server,
        { client_name: 'Strict client', redirect_uris: [redirectUri], ...metadata },
        insecure,
      ),
    );
  }

  /** Sends the user to the authorization endpoint and gives what comes back. */
  async function authorize(server: oauth.AuthorizationServer, client: oauth.Client, resource: string) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const address = new URL(server.authorization_endpoint ?? '');
    address.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      scope: 'workspace:read user:read',
      state,
      resource,
    }).toString();
    const answer = await user.allow(address, { may: [] });
    return { verifier, answer, params: oauth.validateAuthResponse(server, client, answer, state) };
  }

  type Exchange = Awaited<ReturnType<typeof authorize>>;
  const exchange = (
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    auth: oauth.ClientAuth,
    { params, verifier }: Pick<Exchange, 'params' | 'verifier'>,
    resource: string,
  ) =>
    oauth.authorizationCodeGrantRequest(server, client, auth, params, redirectUri, verifier, {
      additionalParameters: { resource },
      ...insecure,
    });
  const statusOf = (token: string) =>
    createApiClient({ url: deployment.url, token })
      .users.get({ user: 'me' })
      .then(
        () => 200,
        (error: { status: number }) => error.status,
      );

  describe.each([
    ['none', () => oauth.None()],
    ['client_secret_basic', (secret: string) => oauth.ClientSecretBasic(secret)],
    ['client_secret_post', (secret: string) => oauth.ClientSecretPost(secret)],
  ] as const)('a strict client (oauth4webapi, %s)', (method, authOf) => {
    test(verifies('oauth.strict'), async () => {
      const { server, resource } = await discover();
      expect(resource).toBe(mcp);
      expect(server.authorization_response_iss_parameter_supported).toBe(true);
      const client = await register(server, { token_endpoint_auth_method: method });
      const auth = authOf(String(client.client_secret));
      const authorized = await authorize(server, client, resource);
      expect(authorized.params.get('iss')).toBe(deployment.url);

      const tokens = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        await exchange(server, client, auth, authorized, resource),
      );
      expect(tokens.scope?.split(' ')).toContain('workspace:read');
      await using connected = await connectHttp(deployment.url, tokens.access_token, 'modern');
      expect(await connected.call('coder_get_authenticated_user')).toMatchObject({ username: 'ada' });

      const refresh = (token = '') => oauth.refreshTokenGrantRequest(server, client, auth, token, insecure);
      const renewed = await oauth.processRefreshTokenResponse(
        server,
        client,
        await refresh(tokens.refresh_token),
      );
      expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
      expect(await statusOf(renewed.access_token)).toBe(200);
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, auth, renewed.refresh_token ?? '', insecure),
      );
      expect(await statusOf(renewed.access_token)).toBe(401);
      await expect(
        oauth.processRefreshTokenResponse(server, client, await refresh(renewed.refresh_token)),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    });
  });

  test(verifies('oauth.strict-refusals'), async () => {
    const { server, resource } = await discover();
    const client = await register(server, { token_endpoint_auth_method: 'none' });
    const code = async (...args: Parameters<typeof exchange>) =>
      oauth.processAuthorizationCodeResponse(server, client, await exchange(...args));
    const authorized = await authorize(server, client, resource);

    const forged = new URL(authorized.answer);
    forged.searchParams.set('iss', 'https://attacker.example.com');
    expect(() =>
      oauth.validateAuthResponse(server, client, forged, authorized.answer.searchParams.get('state') ?? ''),
    ).toThrow(/iss/);

    const other = { ...authorized, verifier: oauth.generateRandomCodeVerifier() };
    await expect(code(server, client, oauth.None(), other, resource)).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    const again = await authorize(server, client, resource);
    await expect(
      code(server, client, oauth.None(), again, 'https://elsewhere.example.com/mcp'),
    ).rejects.toMatchObject({ error: 'invalid_target' });

    const third = await authorize(server, client, resource);
    const tokens = await code(server, client, oauth.None(), third, resource);
    await expect(code(server, client, oauth.None(), third, resource)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    // A code that comes twice has been stolen from somebody, so nothing that was got with it is good any more.
    expect(await statusOf(tokens.access_token)).toBe(401);
  });

  test(verifies('oauth.conformance'), async () => {
    const port = await freePort();
    const { server } = await discover();
    const { client_id } = await register(server, {
      token_endpoint_auth_method: 'none',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
    });
    await using suite = startClient(
      'conformance',
      [
        'authorization',
        ...['--url', deployment.url, '--client-id', client_id, '--resource', mcp],
        ...['--port', String(port), '-o', join(deployment.home, 'conformance')],
      ],
      { env: { HOME: deployment.home }, cwd: deployment.home },
    );
    await user.allow((await suite.printed(authorizeAddress))[0]);
    expect(await suite.ended, suite.text()).toBe(0);
    const total = /Total: (\d+) passed, (\d+) failed/.exec(suite.text());
    expect(Number(total?.[1]), suite.text()).toBeGreaterThanOrEqual(3);
    expect(total?.[2]).toBe('0');
  });
});
