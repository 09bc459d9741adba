import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** An authorization belongs to the browser that began it, and is decided once. */
let world: OAuthWorld;
let clientId: string;
beforeAll(async () => {
  world = await createOAuthWorld();
  clientId = (await world.register()).client_id ?? '';
});
afterAll(() => world[Symbol.asyncDispose]());

const begin = async () => {
  const browser = world.browser();
  const { uid } = await world.begin(browser, {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
  });
  return { browser, uid };
};
const allow = { decision: 'allow', capabilities: ['look'] } as const;

it('is shown and decided by no browser that has only a cookie of the right name', async () => {
  const { browser, uid } = await begin();
  const mark = [...browser.cookies].find(([name]) => name.includes(uid));
  expect(mark?.[1].path).toBe(`/api/v2/oauth2/interactions/${uid}`);
  for (const value of ['1', 'x', '', [...(await begin()).browser.cookies.values()].at(-1)?.value ?? '']) {
    const other = world.browser();
    other.cookies.set(mark?.[0] ?? '', { value, path: '/' });
    expect((await other.post(uid, allow)).status).toBe(404);
    expect((await other.get(`/api/v2/oauth2/interactions/${uid}`)).status).toBe(404);
  }
  const { rows } = await world.server.database.pool.query('select * from oauth_artifacts');
  expect(JSON.stringify(rows)).not.toContain(mark?.[1].value);
  expect((await browser.post(uid, allow)).status).toBe(200);
});

it('is decided once, though it is decided twice at the same moment', async () => {
  const { browser, uid } = await begin();
  const before = (await world.owner.client.oauth2.listGrants()).grants.length;
  const answers = await Promise.all(
    [allow, allow, { decision: 'deny' }, allow].map((decision) => browser.post(uid, decision)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 410, 410, 410]);
  const after = (await world.owner.client.oauth2.listGrants()).grants.length;
  expect(after - before).toBeLessThanOrEqual(1);
});
