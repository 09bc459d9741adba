import { describe, expect, it } from 'vitest';
import { notify } from '../database/index.ts';
import { createNoopLogger, type TestDatabase, testClock, testDatabase, testUser } from '../testing/index.ts';
import { generateApiKey } from './api-key-format.ts';
import { createAuthenticate } from './authenticate.ts';
import { createKeyUse } from './key-use.ts';
import { createVerifiedKeys } from './verified-keys.ts';

const secureName = '__Host-coder_session_token';

function setUp(
  database: TestDatabase,
  { disableSessionRefresh = false, accessUrl = 'https://coder.example.com' } = {},
) {
  const clock = testClock();
  let queries = 0;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const keys = createVerifiedKeys({ db, clock });
  const use = createKeyUse({ db, clock, log: createNoopLogger(), disableSessionRefresh });
  const authenticate = createAuthenticate({ keys, use, clock, accessUrl });
  const setCookies: string[] = [];
  const ask = (headers: Record<string, string>, { query = '', method = 'GET', upgrade = false } = {}) =>
    authenticate({
      method,
      url: new URL(`https://coder.example.com/api/v2/users/me${query}`),
      headers: new Headers(headers),
      ip: '10.0.0.1',
      upgrade,
      setCookie: (line) => setCookies.push(line),
    });
  return { setCookies, clock, keys, use, ask, queries: () => queries };
}

describe('authenticate', () => {
  it('finds the token in every place, the cookie before the rest', async () => {
    await using database = await testDatabase();
    const { ask } = setUp(database);
    const ada = await testUser(database.db);
    const bob = await testUser(database.db);
    const names = await Promise.all([
      ask({ cookie: `a=b; coder_session_token=${ada.token}`, 'coder-session-token': bob.token }),
      ask({ 'coder-session-token': bob.token }, { query: `?coder_session_token=${ada.token}` }),
      ask({ 'coder-session-token': ada.token, authorization: `Bearer ${bob.token}` }),
      ask({ authorization: `bEaReR ${ada.token}` }, { query: `?access_token=${bob.token}` }),
      ask({}, { query: `?access_token=${ada.token}` }),
    ]);
    expect(names.map((actor) => actor.user.username)).toEqual(Array(5).fill(ada.user.username));
  });

  it('takes under https the cookie that no other host can set, and the plain one from programs alone', async () => {
    await using database = await testDatabase();
    const { ask } = setUp(database);
    const ada = await testUser(database.db);
    const mallory = await testUser(database.db);
    const planted = `coder_session_token=${mallory.token}`;
    const { user } = await ask({
      cookie: `${planted}; ${secureName}=${ada.token}`,
      'sec-fetch-site': 'none',
    });
    expect(user.username).toBe(ada.user.username);
    for (const [name, value] of [
      ['sec-fetch-site', 'same-origin'],
      ['origin', 'https://coder.example.com'],
    ] as const) {
      await expect(ask({ cookie: planted, [name]: value })).rejects.toMatchObject({ status: 401 });
    }
    expect((await ask({ cookie: planted })).user.username).toBe(mallory.user.username);
  });

  it.each(['http://coder.example.com', 'https://coder.example.com'])(
    'chooses at %s between no two session cookies',
    async (accessUrl) => {
      await using database = await testDatabase();
      const { ask } = setUp(database, { accessUrl });
      const ada = await testUser(database.db);
      const mallory = await testUser(database.db);
      for (const name of ['coder_session_token', secureName]) {
        const cookie = `${name}=${mallory.token}; a=b; ${name}=${ada.token}`;
        if (name === secureName && accessUrl.startsWith('http:')) continue;
        await expect(ask({ cookie })).rejects.toMatchObject({
          status: 401,
          detail: expect.stringMatching(/two session cookies/),
        });
      }
    },
  );

  it('lets the cookie of a session live as long as the session that its use extends', async () => {
    await using database = await testDatabase();
    const { ask, clock, setCookies } = setUp(database);
    const { token } = await testUser(database.db);
    const lifetime = 86_400;
    await database.db
      .updateTable('api_keys')
      .set({
        login_type: 'password',
        lifetime_seconds: lifetime,
        expires_at: new Date(clock.now().getTime() + lifetime * 1_000),
      })
      .execute();
    clock.advance(2 * 3_600_000);
    await ask({ cookie: `${secureName}=${token}` });
    await ask({ cookie: `${secureName}=${token}` });
    expect(setCookies).toEqual([
      `${secureName}=${token}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax; Secure`,
    ]);
    clock.advance(2 * 3_600_000);
    await ask({ 'coder-session-token': token });
    expect(setCookies).toHaveLength(1);
  });

  it('says why a token is not good', async () => {
    await using database = await testDatabase();
    const { ask, clock } = setUp(database);
    const ada = await testUser(database.db);
    const detail = (token?: string) =>
      ask(token === undefined ? {} : { 'coder-session-token': token }).then(
        () => 'signed in',
        (error) => `${error.status} ${error.detail}`,
      );
    expect(await detail()).toBe('401 The request carries no session token.');
    expect(await detail('nonsense')).toMatch(/^401 Invalid API key format: /);
    expect(await detail(generateApiKey().key)).toBe('401 API key is invalid.');
    expect(await detail(`${ada.actor.key.id}-${generateApiKey().secret}`)).toBe(
      '401 API key secret is invalid.',
    );
    expect(await detail(ada.token)).toBe('signed in');
    clock.set(new Date('2126-01-01T00:00:00.000Z'));
    expect(await detail(ada.token)).toBe('401 API key expired at 2126-01-01T00:00:00.000Z.');
  });

  it('asks the database once, and again when the key is forgotten', async () => {
    await using database = await testDatabase();
    const { ask, keys, queries, clock } = setUp(database);
    const ada = await testUser(database.db);
    const headers = { 'coder-session-token': ada.token };
    await ask(headers);
    const first = queries();
    for (let i = 0; i < 10; i++) await ask(headers);
    expect(queries()).toBe(first);
    await database.db.updateTable('users').set({ status: 'suspended' }).execute();
    keys.forgetUser(ada.user.id);
    await expect(ask(headers)).rejects.toMatchObject({
      status: 401,
      detail: expect.stringMatching(/suspended/),
    });
    await database.db.updateTable('users').set({ status: 'active' }).execute();
    clock.advance(60_000);
    await expect(ask(headers)).resolves.toMatchObject({ user: { id: ada.user.id } });
    await database.db.deleteFrom('api_keys').execute();
    keys.forgetKey(ada.actor.key.id);
    await expect(ask(headers)).rejects.toMatchObject({ status: 401 });
    await notify(database.db, 'api_key_changed', ada.actor.key.id);
  });

  it('takes no cookie from a page of another site for what changes something', async () => {
    await using database = await testDatabase();
    const { ask } = setUp(database);
    const { token } = await testUser(database.db);
    const cookie = `${secureName}=${token}`;
    const evil = { cookie, origin: 'https://evil.example' };
    await expect(ask(evil, { method: 'POST' })).rejects.toMatchObject({ status: 403 });
    await expect(ask(evil, { upgrade: true })).rejects.toMatchObject({ status: 403 });
    const post = { method: 'POST' };
    await expect(ask({ cookie, 'sec-fetch-site': 'same-site' }, post)).rejects.toMatchObject({ status: 403 });
    await expect(ask({ cookie, origin: 'null' }, post)).rejects.toMatchObject({ status: 403 });
    await expect(ask({ cookie, origin: 'https://coder.example.com' }, post)).resolves.toBeDefined();
    await expect(ask({ cookie, 'sec-fetch-site': 'same-origin' }, post)).resolves.toBeDefined();
    await expect(ask({ cookie, host: 'box:3000', origin: 'http://box:3000' }, post)).resolves.toBeDefined();
    await expect(
      ask({ 'coder-session-token': token, origin: 'https://evil.example' }, post),
    ).resolves.toBeDefined();
  });

  it('moves the end of a session once an hour and leaves an ended one ended', async () => {
    await using database = await testDatabase();
    const { ask, clock, use, keys } = setUp(database);
    const { token } = await testUser(database.db);
    const day = 86_400;
    const start = clock.now().getTime();
    await database.db
      .updateTable('api_keys')
      .set({ login_type: 'password', lifetime_seconds: day, expires_at: new Date(start + day * 1_000) })
      .execute();
    const headers = { 'coder-session-token': token };
    const end = async () => {
      await use.flush();
      const row = await database.db.selectFrom('api_keys').select('expires_at').executeTakeFirstOrThrow();
      return (row.expires_at.getTime() - start) / 1_000;
    };
    clock.advance(1_800_000);
    await ask(headers);
    expect(await end()).toBe(day);
    clock.advance(1_800_000);
    await ask(headers);
    expect(await end()).toBe(day + 3_600);
    clock.advance(3_600_000);
    await ask(headers);
    await database.db.updateTable('api_keys').set({ expires_at: clock.now() }).execute();
    expect(await end()).toBe(7_200);
    keys.forgetAll();
    await expect(ask(headers)).rejects.toMatchObject({ status: 401 });
  });

  it('moves the end of a session that lasts less than an hour, too', async () => {
    await using database = await testDatabase();
    const { ask, clock, use } = setUp(database);
    const { token } = await testUser(database.db);
    const minutes = (count: number) => count * 60_000;
    await database.db
      .updateTable('api_keys')
      .set({
        login_type: 'password',
        lifetime_seconds: 600,
        expires_at: new Date(clock.now().getTime() + minutes(10)),
      })
      .execute();
    for (let visit = 0; visit < 5; visit++) {
      clock.advance(minutes(6));
      await ask({ 'coder-session-token': token });
      await use.flush();
    }
    clock.advance(minutes(11));
    await expect(ask({ 'coder-session-token': token })).rejects.toMatchObject({ status: 401 });
  });
});
