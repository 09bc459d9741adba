import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectOptions, createOAuthWorld, type OAuthWorld } from './testing/oauth-world.ts';

/** API tokens that an application makes with its own token: they are the application's, not the user's. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const hour = 3_600;
const nanoseconds = 1e9;

async function connect(decision: ConnectOptions['decision'] = {}) {
  const { tokens, clientId } = await world.connect({
    scope: 'coder:all',
    decision: { capabilities: ['look', 'operate', 'account'], ...decision },
  });
  const application = world.client(tokens.access_token);
  const make = async (input: object = {}) =>
    (await application.apiKeys.createToken({ user: 'me', ...input })).key;
  return { tokens, clientId, application, make };
}
const whoIs = (key: string) =>
  world
    .client(key)
    .users.get({ user: 'me' })
    .then(
      ({ username }) => username,
      ({ status }: { status: number }) => status,
    );
const ownRecord = (key: string) =>
  world.client(key).apiKeys.get({ user: 'me', key: key.split('-')[0] ?? '' });
const grantOf = async (clientId: string) => {
  const { grants } = await world.owner.client.oauth2.listGrants();
  return grants.find(({ application }) => application.id === clientId);
};

describe('an API token that an application makes', () => {
  it('has the application’s scopes and list, and its end', async () => {
    const { make, clientId } = await connect({ expires_in: 2 * hour });
    const grant = await grantOf(clientId);
    const record = await ownRecord(await make());
    expect(record.scopes).not.toContain('coder:all');
    expect(record.scopes).toEqual(grant?.scopes);
    expect(record.allow_list).toEqual(['*:*']);
    expect(Date.parse(record.expires_at)).toBeLessThanOrEqual(Date.parse(grant?.expires_at ?? ''));
    await expect(make({ lifetime: 3 * hour * nanoseconds })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: [{ field: 'lifetime', detail: expect.stringContaining(grant?.expires_at ?? 'none') }],
    });
    await expect(make({ scopes: ['coder:all'] })).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
  });

  it.each([
    [
      'disconnects it',
      async (clientId: string) => {
        const { id = '' } = (await grantOf(clientId)) ?? {};
        await world.owner.client.oauth2.revokeGrant({ grant: id });
      },
    ],
    [
      'removes it',
      async (clientId: string) => {
        await world.owner.client.oauth2Provider.deleteApp({ app: clientId });
      },
    ],
  ])('ends when somebody %s, and what that token has made too', async (_, end) => {
    const { make, clientId } = await connect();
    const first = await make();
    const second = (await world.client(first).apiKeys.createToken({ user: 'me' })).key;
    expect([await whoIs(first), await whoIs(second)]).toEqual(['ada', 'ada']);
    await end(clientId);
    await expect.poll(async () => [await whoIs(first), await whoIs(second)]).toEqual([401, 401]);
  });

  it('ends when a refresh token is presented a second time', async () => {
    const { make, tokens, clientId } = await connect();
    const key = await make();
    const refresh = () =>
      world.token({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: clientId,
      });
    expect((await refresh()).status).toBe(200);
    expect(await whoIs(key)).toBe('ada');
    expect((await refresh()).status).toBe(400);
    await expect.poll(() => whoIs(key)).toBe(401);
  });

  it('is narrowed with what the application was allowed', async () => {
    const { make, clientId } = await connect();
    const key = await make({ scopes: ['coder:workspaces.operate', 'api_key:read'] });
    const rename = () =>
      world
        .client(key)
        .workspaces.rename({ workspace: crypto.randomUUID(), name: 'renamed' })
        .catch(({ code }: { code: string }) => code);
    expect(await rename()).toBe('NOT_FOUND');
    expect(await world.client(key).apiKeys.listTokens({ user: 'me' })).not.toEqual([]);
    const { pool } = world.server.database;
    await pool.query(
      "update oauth_grants set scopes = '{workspace:read,api_key:read}', allow_list = $2 where client_id = $1",
      [clientId, [`workspace:${crypto.randomUUID()}`]],
    );
    await pool.query("select pg_notify('api_key_changed', id) from api_keys");
    await expect.poll(rename).toBe('INSUFFICIENT_SCOPE');
    await expect(world.client(key).apiKeys.listTokens({ user: 'me' })).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
  });

  it('is not a session, nor can it make one', async () => {
    const { application } = await connect({ capabilities: ['everything'] });
    await expect(application.apiKeys.createSession({ user: 'me' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const { key } = await application.apiKeys.createToken({ user: 'me' });
    await expect(world.client(key).apiKeys.createSession({ user: 'me' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('is made by none that is disconnected in the same moment', async () => {
    const { application, clientId } = await connect();
    const { id = '' } = (await grantOf(clientId)) ?? {};
    const make = () => application.apiKeys.createToken({ user: 'me' });
    const [made] = await Promise.all([
      Promise.allSettled([make(), make(), make(), make(), make()]),
      world.owner.client.oauth2.revokeGrant({ grant: id }),
    ]);
    for (const result of made) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 401 });
      else await expect.poll(() => whoIs(result.value.key)).toBe(401);
    }
  });
});
