import { generateKeyPairSync, type KeyObject, randomUUID, sign as signBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('an application that signs with a key', () => {
  const address = 'https://signed.example.com/client.json';
  const endpoint = () => `${world.url}/oauth2/tokens`;
  const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  function publish(): KeyObject {
    const { privateKey, publicKey } = newKey();
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' };
    world.documents.set(address, () =>
      Response.json({
        client_id: address,
        client_name: 'Signed',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks_uri: 'https://signed.example.com/keys.json',
      }),
    );
    world.documents.set('https://signed.example.com/keys.json', () => Response.json({ keys: [jwk] }));
    return privateKey;
  }
  const claims = (change: Record<string, unknown> = {}) => ({
    iss: address,
    sub: address,
    aud: world.url,
    jti: randomUUID(),
    exp: Math.floor(Date.now() / 1_000) + 60,
    iat: Math.floor(Date.now() / 1_000),
    ...change,
  });
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (key: KeyObject, payload: object): string => {
    const text = `${encode({ alg: 'ES256', kid: 'one' })}.${encode(payload)}`;
    const signature = signBytes('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
  const withAssertion = (client_assertion: string, form: Record<string, string>) =>
    world.token({ ...form, client_id: address, client_assertion_type: assertionType, client_assertion });

  it('gets its tokens, and nobody who has not its key, its address or its moment', async () => {
    const key = publish();
    const { verifier, challenge } = pkce();
    const browser = world.browser();
    const { uid } = await world.begin(browser, {
      response_type: 'code',
      client_id: address,
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const answer = await browser.decide(uid, { decision: 'allow', capabilities: ['look'] });
    const form = {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const { privateKey: stranger } = newKey();
    const now = Math.floor(Date.now() / 1_000);
    const wrong = [
      sign(stranger, claims()),
      sign(key, claims({ aud: 'https://other.example.com' })),
      sign(key, claims({ exp: now - 60, iat: now - 120 })),
      sign(key, claims({ iss: 'https://other.example.com/client.json' })),
      sign(key, claims({ sub: 'coder-cli' })),
      sign(key, claims({ jti: undefined })),
      `${encode({ alg: 'none' })}.${encode(claims())}.`,
    ];
    for (const assertion of wrong) {
      expect(await (await withAssertion(assertion, form)).json()).toMatchObject({
        error: expect.stringMatching(/^invalid_(client|request)$/),
      });
    }
    expect(await (await world.token({ ...form, client_id: address })).json()).toMatchObject({
      error: 'invalid_client',
    });
    const assertion = sign(key, claims({ aud: endpoint() }));
    const response = await withAssertion(assertion, form);
    const tokens = (await response.json()) as { access_token: string; refresh_token: string };
    expect(response.status).toBe(200);
    expect((await world.client(tokens.access_token).users.get({ user: 'me' })).username).toBe('ada');
    // The same proof again is somebody who has overheard it.
    const renewal = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect(await (await withAssertion(assertion, renewal)).json()).toMatchObject({ error: 'invalid_client' });
    expect((await withAssertion(sign(key, claims()), renewal)).status).toBe(200);
  });
});
