import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** What no application sends that means well: it is refused, and never a failure of the server. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const register = (body: string) =>
  fetch(`${world.url}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

it.each<object>([
  { client_name: { toString: 1 } },
  { client_name: ['x'] },
  { client_name: 'a\0b' },
  { redirect_uris: { toString: 1 } },
  { redirect_uris: [{ toString: 1 }] },
  { redirect_uris: null },
  { grant_types: [{ toString: 1 }] },
  { response_types: { toString: 1 } },
  { response_types: [{ toString: 1 }] },
  { contacts: [{ toString: 1 }] },
  { application_type: { toString: 1 } },
  { token_endpoint_auth_method: { toString: 1 } },
  { token_endpoint_auth_signing_alg: { toString: 1 } },
  { jwks_uri: { toString: 1 } },
  { jwks: { toString: 1 } },
  { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a\0', y: 'b' }] } },
  { jwks: { keys: [], '\0': 1 } },
])('a registration with %j is refused', async (metadata) => {
  const response = await register(JSON.stringify({ redirect_uris: [redirectUri], ...metadata }));
  expect(response.status).toBe(400);
});

it.each(['%ff:x', 'a%:x', 'a\0:b', 'x%zz:%'])('the Basic credentials %j are refused', async (pair) => {
  for (const path of ['tokens', 'revoke', 'device_authorization']) {
    const response = await fetch(`${world.url}/oauth2/${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', token: 'x' }),
    });
    expect([400, 401]).toContain(response.status);
  }
});

it('a NUL is refused wherever it stands', async () => {
  const headers = { 'coder-session-token': world.owner.token };
  const statuses = await Promise.all([
    fetch(`${world.url}/oauth2/tokens?client_id=%00`, { method: 'DELETE', headers }),
    fetch(`${world.url}/oauth2/authorize?client_id=x&state=%00`, { redirect: 'manual' }),
    fetch(`${world.url}/oauth2/clients/%00`, { method: 'DELETE' }),
    world.token({ grant_type: 'refresh_token', refresh_token: 'a\0', client_id: 'x' }),
    world.token({ grant_type: 'a\0', client_id: 'x\0' }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
});

it('one code presented by many at once, of a device as well, is refused to all but one', async () => {
  const device = (await (
    await fetch(`${world.url}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'coder-cli' }),
    })
  ).json()) as Record<string, string>;
  await world.owner.client.oauth2.decideDevice({
    user_code: device.user_code ?? '',
    decision: 'allow',
    capabilities: ['look'],
  });
  const { client_id = '' } = await world.register();
  const { verifier, challenge } = pkce();
  const browser = world.browser();
  const { uid } = await world.begin(browser, {
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
  const many = (form: Record<string, string>) =>
    Promise.all(Array.from({ length: 12 }, () => world.token(form)));
  for (const answers of [
    await many({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device.device_code ?? '',
      client_id: 'coder-cli',
    }),
    await many({
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id,
      code_verifier: verifier,
    }),
  ]) {
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 200 && status !== 400)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
  }
});
