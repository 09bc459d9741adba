import { MCP_PATH } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, redirectUri } from './testing/oauth-world.ts';

/** How often something may be tried. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld({ CODER_DANGEROUS_DISABLE_RATE_LIMITS: 'false' });
});
afterAll(() => world[Symbol.asyncDispose]());

const post = (path: string, form: Record<string, string>) =>
  fetch(`${world.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
const attempts: Record<string, () => Promise<Response>> = {
  'a code': () =>
    post('/oauth2/tokens', {
      grant_type: 'authorization_code',
      client_id: 'coder-cli',
      code: `coder_${crypto.randomUUID()}`,
      redirect_uri: redirectUri,
    }),
  'a token to be revoked': () =>
    post('/oauth2/revoke', { client_id: 'coder-cli', token: crypto.randomUUID() }),
  'a code for a device': () => post('/oauth2/device_authorization', { client_id: 'coder-cli' }),
  'a registration': () =>
    fetch(`${world.url}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri] }),
    }),
  'a request for consent': () => fetch(`${world.url}/oauth2/authorize?client_id=x`, { redirect: 'manual' }),
  'a client’s record': () => fetch(`${world.url}/oauth2/clients/${crypto.randomUUID()}`),
  'a document': () => fetch(`${world.url}/.well-known/oauth-protected-resource${MCP_PATH}`),
};

describe.each(Object.entries(attempts))('%s', (_, attempt) => {
  it('is asked for sixty times a minute, and then told when to come again', async () => {
    const answers = await Promise.all(Array.from({ length: 65 }, attempt));
    const refused = answers.filter(({ status }) => status === 429);
    // A second or two may have passed, in which another is let through.
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeLessThanOrEqual(5);
    for (const response of refused) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
    }
  });
});

it('leaves other endpoints alone when one is used up', async () => {
  const response = await fetch(`${world.url}/oauth2/jwks`);
  expect(response.status).toBe(200);
});

describe('a user code', () => {
  const look = (user_code: string) =>
    world.owner.client.oauth2.getDevice({ user_code }).catch(({ status }: { status: number }) => status);
  const decide = (user_code: string) =>
    world.owner.client.oauth2
      .decideDevice({ user_code, decision: 'allow', capabilities: ['look'] })
      .catch(({ status }: { status: number }) => status);

  it('is guessed ten times a minute, by looking and by deciding together', async () => {
    const guesses = Array.from({ length: 14 }, (_, n) => (n % 2 === 0 ? look : decide)(`BBBB-BBB${n}`));
    const answers = await Promise.all(guesses);
    expect(answers.filter((status) => status === 404)).toHaveLength(10);
    expect(answers.filter((status) => status === 429)).toHaveLength(4);
  });
});

describe('a device', () => {
  it('that waits gets nothing by asking again and again, nor does another for it', async () => {
    await using other = await createOAuthWorld();
    const answer = await fetch(`${other.url}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'coder-cli' }),
    });
    const { device_code, expires_in } = (await answer.json()) as Record<string, string>;
    expect(Number(expires_in)).toBe(600);
    const poll = async () => {
      const response = await other.token({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: device_code ?? '',
        client_id: 'coder-cli',
      });
      return ((await response.json()) as { error: string }).error;
    };
    const errors = [await poll(), await poll(), await poll()];
    expect(errors.every((error) => ['authorization_pending', 'slow_down'].includes(error))).toBe(true);
    const { client_id = '' } = await other.register();
    const stolen = await other.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device_code ?? '',
      client_id,
    });
    expect(stolen.status).toBe(400);
  });
});

it('is done as often as one likes where rate limits are off, also over MCP', async () => {
  await using free = await createOAuthWorld({ CODER_MCP_HTTP_RATE_LIMIT: '1' });
  const ping = (id: number) =>
    fetch(free.mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${free.owner.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }),
    }).then(async (response) => [response.status, await response.json()]);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, id) => ping(id)));
  expect(answers).toEqual(answers.map((_, id) => [200, { jsonrpc: '2.0', id, result: {} }]));
});
