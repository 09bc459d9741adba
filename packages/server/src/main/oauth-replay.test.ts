import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** What is presented twice, too late, by somebody else, or as something that it is not. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

type Tokens = { access_token: string; refresh_token: string };

const isGood = (token: string) =>
  world
    .client(token)
    .users.get({ user: 'me' })
    .then(
      () => true,
      () => false,
    );
const refresh = (refresh_token: string, client_id: string) =>
  world.token({ grant_type: 'refresh_token', refresh_token, client_id });

/** The tokens that answers gave, of which no two may be good at once. */
async function tokensOf(answers: Response[]): Promise<Tokens[]> {
  const tokens: Tokens[] = [];
  for (const answer of answers) {
    if (answer.status === 200) tokens.push((await answer.json()) as Tokens);
    else expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
  }
  return tokens;
}

/** Expires everything of a kind that a client holds. */
async function expire(kind: string, clientId: string): Promise<void> {
  const past = Math.floor(Date.now() / 1_000) - 1;
  await world.server.database.pool.query(
    `update oauth_artifacts set payload = payload || jsonb_build_object('exp', $1::int)
      where kind = $2 and payload->>'clientId' = $3`,
    [past, kind, clientId],
  );
}

async function codeFor(clientId: string): Promise<{ code: string; verifier: string }> {
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
  return { code: answer.searchParams.get('code') ?? '', verifier };
}
const exchange = (clientId: string, { code, verifier }: { code: string; verifier: string }) =>
  world.token({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: clientId,
  });

describe('a refresh token', () => {
  it.each([2, 8])('presented by %i at once leaves nobody a token', async (many) => {
    const { tokens, clientId } = await world.connect();
    const answers = await Promise.all(
      Array.from({ length: many }, () => refresh(tokens.refresh_token, clientId)),
    );
    const given = await tokensOf(answers);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const token of [tokens, ...given]) {
      await expect.poll(() => isGood(token.access_token)).toBe(false);
      expect((await refresh(token.refresh_token, clientId)).status).toBe(400);
    }
    const { grants } = await world.owner.client.oauth2.listGrants();
    expect(grants.some(({ application }) => application.id === clientId)).toBe(false);
  });

  it('of one device leaves those of another alone when it is replayed', async () => {
    const { client_id: clientId = '' } = await world.register();
    const stolen = await world.connect({ clientId });
    const other = await world.connect({ clientId });
    await Promise.all([1, 2].map(() => refresh(stolen.tokens.refresh_token, clientId)));
    await expect.poll(() => isGood(stolen.tokens.access_token)).toBe(false);
    expect(await isGood(other.tokens.access_token)).toBe(true);
    expect((await refresh(other.tokens.refresh_token, clientId)).status).toBe(200);
  });

  it('is not for another application, nor is it hurt by its try', async () => {
    const { tokens, clientId } = await world.connect();
    const { client_id: other = '' } = await world.register();
    expect(await (await refresh(tokens.refresh_token, other)).json()).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await isGood(tokens.access_token)).toBe(true);
    expect((await refresh(tokens.refresh_token, clientId)).status).toBe(200);
  });

  it('ends with its time, and with its user', async () => {
    const late = await world.connect();
    await expire('RefreshToken', late.clientId);
    expect((await refresh(late.tokens.refresh_token, late.clientId)).status).toBe(400);

    const { tokens, clientId } = await world.connect();
    const { pool } = world.server.database;
    await pool.query("update users set status = 'suspended'");
    expect(await (await refresh(tokens.refresh_token, clientId)).json()).toMatchObject({
      error: 'invalid_grant',
    });
    await pool.query("update users set status = 'active'");
    await pool.query("select pg_notify('user_changed', id::text) from users");
    await expect.poll(() => isGood(world.owner.token)).toBe(true);
  });

  it('ends with the password of its user, like everything that the old one may have opened', async () => {
    const { client } = world.owner;
    const eve = { email: 'eve@example.com', password: 'a password of hers' };
    await client.users.create({ username: 'eve', ...eve });
    const { session_token: token } = await world.client('').users.login(eve);
    const hers = world.client(token);
    const { tokens, clientId } = await world.connect({ session: token });
    const other = await world.connect();
    await hers.users.updatePassword({ user: 'me', old_password: eve.password, password: 'another of hers' });
    await expect.poll(() => isGood(tokens.access_token)).toBe(false);
    expect((await refresh(tokens.refresh_token, clientId)).status).toBe(400);
    expect((await hers.oauth2.listGrants()).grants).toEqual([]);
    expect((await refresh(other.tokens.refresh_token, other.clientId)).status).toBe(200);
  });

  it('is no access token, nor the other way round', async () => {
    const { tokens, clientId } = await world.connect();
    expect(await isGood(tokens.refresh_token)).toBe(false);
    expect((await refresh(tokens.access_token, clientId)).status).toBe(400);
  });
});

describe('a code', () => {
  it('presented by many at once leaves at most one token, and with a loser none', async () => {
    const { client_id: clientId = '' } = await world.register();
    const code = await codeFor(clientId);
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(clientId, code)));
    const given = await tokensOf(answers);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { access_token } of given) await expect.poll(() => isGood(access_token)).toBe(false);
  });

  it('ends with its time', async () => {
    const { client_id: clientId = '' } = await world.register();
    const code = await codeFor(clientId);
    await expire('AuthorizationCode', clientId);
    expect(await (await exchange(clientId, code)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('is good for nothing when the decision behind it is taken back', async () => {
    const { client_id: clientId = '' } = await world.register();
    const code = await codeFor(clientId);
    const { grants } = await world.owner.client.oauth2.listGrants();
    const grant = grants.find(({ application }) => application.id === clientId);
    await world.owner.client.oauth2.revokeGrant({ grant: grant?.id ?? '' });
    expect(await (await exchange(clientId, code)).json()).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('a revocation', () => {
  it('ends the tokens of its own application, and says nothing about others', async () => {
    const { tokens, clientId } = await world.connect();
    const { client_id: other = '' } = await world.register();
    const revoke = (token: string, client_id: string) =>
      fetch(`${world.url}/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token, client_id }),
      });
    for (const token of [tokens.access_token, tokens.refresh_token, 'nothing']) {
      const answer = await revoke(token, other);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
    expect(await isGood(tokens.access_token)).toBe(true);
    expect((await revoke(tokens.refresh_token, clientId)).status).toBe(200);
    await expect.poll(() => isGood(tokens.access_token)).toBe(false);
  });
});

describe('a token in an address', () => {
  it('opens nothing when it is an application’s', async () => {
    const { tokens } = await world.connect();
    for (const name of ['access_token', 'coder_session_token']) {
      const ask = (token: string) => fetch(`${world.url}/api/v2/users/me?${name}=${token}`);
      const answer = await ask(tokens.access_token);
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('never in an address');
      expect((await ask(world.owner.token)).status).toBe(200);
    }
  });
});
