import { type ApiError, allPages, SCOPE_ALL } from '@coder/api';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createOrganizations } from '../organizations/index.ts';
import {
  type TestDatabase,
  type TestUserOptions,
  testApi,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { userRoutes } from './user-routes.ts';

const workspace = '00000000-0000-4000-8000-000000000001';
const hourNs = 3_600e9;

async function signedIn(database: TestDatabase, options: TestUserOptions = {}) {
  const organizations = createOrganizations({ db: database.db });
  const server = await testApi({
    database,
    router: (identity) => ({
      users: userRoutes({ identity, organizations }),
      apiKeys: apiKeyRoutes({ identity }),
    }),
  });
  const user = await testUser(database.db, options);
  const client = server.client(user.token);
  const create = async (input: Omit<Parameters<typeof client.apiKeys.createToken>[0], 'user'> = {}) =>
    (await client.apiKeys.createToken({ user: 'me', ...input })).key;
  return { server, user, client, create, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as ApiError,
  );

describe('a token', () => {
  it('is what was asked for, stored only as a hash, and listed without its secret', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database);
    const scopes = ['workspace:read', 'coder:workspaces.operate'];
    const allow_list = [`workspace:${workspace}`];
    const key = await d.create({ token_name: 'ci', lifetime: 2 * hourNs, scopes, allow_list });
    expect(key).toMatch(/^[A-Za-z0-9]{10}-[A-Za-z0-9]{22}$/);
    const listed = await d.client.apiKeys.listTokens({ user: 'me' });
    expect(listed.find(({ token_name }) => token_name === 'ci')).toMatchObject({
      id: key.slice(0, 10),
      scopes,
      allow_list,
      lifetime_seconds: 7_200,
      expires_at: '2026-01-02T05:04:05.000Z',
      username: d.user.user.username,
    });
    const dump = JSON.stringify(await database.db.selectFrom('api_keys').selectAll().execute());
    expect(dump).not.toContain(key.slice(11));
    await d.server.audit.flush();
    const audit = JSON.stringify(await database.db.selectFrom('audit_logs').selectAll().execute());
    expect(audit).toContain('"ci"');
    expect(audit).not.toContain(key.slice(11));
    await expect(d.server.client(key).users.get({ user: 'me' })).resolves.toBeDefined();
  });

  it('ends when it is expired or deleted, and not before', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database);
    const [one, two, three] = [await d.create(), await d.create(), await d.create({ lifetime: hourNs })];
    const works = async (key: string) =>
      (await failure(d.server.client(key).users.get({ user: 'me' })))?.status ?? 200;
    expect([await works(one), await works(two), await works(three)]).toEqual([200, 200, 200]);
    await d.client.apiKeys.delete({ user: 'me', key: one.slice(0, 10) });
    await d.client.apiKeys.expire({ user: 'me', key: two.slice(0, 10) });
    expect([await works(one), await works(two), await works(three)]).toEqual([401, 401, 200]);
    d.server.clock.advance(3_600_000);
    expect(await works(three)).toBe(401);
    const count = async (include_expired: boolean) =>
      (await d.client.apiKeys.listTokens({ user: 'me', include_expired })).length;
    expect([await count(false), await count(true)]).toEqual([1, 3]);
  });

  it('is refused with the field that is wrong', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database);
    const fields = async (input: Parameters<typeof d.create>[0]) => {
      const error = await failure(d.create(input));
      return [error?.status, ...(error?.validations.map(({ field }) => field) ?? [])];
    };
    expect(await fields({ scopes: ['workspace:read', 'audit_log:read', 'nonsense'] })).toEqual([
      400,
      'scopes[1]',
      'scopes[2]',
    ]);
    expect(await fields({ scope: 'everything' })).toEqual([400, 'scope']);
    expect(await fields({ allow_list: ['castle:*'] })).toEqual([400, 'allow_list[0]']);
    expect(await fields({ allow_list: ['workspace:1'] })).toEqual([400, 'allow_list[0]']);
    expect(await fields({ lifetime: 900_000 * hourNs })).toEqual([400, 'lifetime']);
    expect(await fields({ lifetime: 5 })).toEqual([400, 'lifetime']);
    await d.create({ token_name: 'ci' });
    expect(await fields({ token_name: 'CI' })).toEqual([409, 'token_name']);
    expect((await failure(d.create({ scopes: ['workspace:raed'] })))?.validations[0]?.detail).toContain(
      'did you mean "workspace:read"',
    );
  });

  it('never carries more than the key that makes it', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database, {
      roles: ['owner'],
      scopes: ['coder:apikeys.manage_self', 'workspace:read'],
    });
    const refused = await failure(d.create({ scopes: [SCOPE_ALL] }));
    expect(refused).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' });
    expect(await failure(d.create({ scopes: ['workspace:*'] }))).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    // A token with every right makes no session either, which would live on without it.
    await using whole = await signedIn(database, { roles: ['owner'] });
    for (const { client } of [d, whole]) {
      expect(await failure(client.apiKeys.createSession({ user: 'me' }))).toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    await d.create({ scopes: ['workspace:read'] });
    // What is not asked for is not widened either.
    const same = await d.create({ token_name: 'same' });
    expect(await d.server.client(same).apiKeys.getToken({ user: 'me', name: 'same' })).toMatchObject({
      scopes: ['coder:apikeys.manage_self', 'workspace:read'],
    });
  });

  it('never reaches further than the allow list that makes it', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database, {
      allowList: ['api_key:*', `workspace:${workspace}`, `template:${workspace}`],
    });
    for (const allow_list of [['*:*'], ['workspace:*'], [`workspace:${workspace.replace('1', '2')}`]]) {
      expect(await failure(d.create({ allow_list }))).toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    }
    // Left out, templates would be readable again along with the workspace.
    expect(await failure(d.create({ allow_list: [`workspace:${workspace}`] }))).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    await d.create({ allow_list: [`workspace:${workspace}`, `template:${workspace}`] });
  });

  it('is listed by pages of at most 1,000, also with those of others', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database, { roles: ['owner'] });
    await sql`
      insert into api_keys (id, hashed_secret, user_id, login_type, token_name, lifetime_seconds, scopes, allow_list, last_used, expires_at,
        created_at, updated_at)
      select 'key' || n, '', ${d.user.user.id}, 'token', 'token-' || n, 1, '{}', '{}', now(), '2126-01-01', '2026-01-01', now()
      from generate_series(1, 1100) n`.execute(database.db);
    const list = (page: object) => d.client.apiKeys.listTokens({ user: 'me', include_all: true, ...page });
    expect(await list({})).toHaveLength(1_000);
    const all = await allPages(list);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ id }) => id.startsWith('key'))).toHaveLength(1_100);
    expect(await failure(list({ limit: 1_001 }))).toMatchObject({ validations: [{ field: 'limit' }] });
  });

  it('belongs to its user alone', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database, { username: 'ada' });
    await d.create({ token_name: 'mine' });
    const owner = d.server.client((await testUser(database.db, { roles: ['owner'] })).token);
    const bob = d.server.client((await testUser(database.db, { username: 'bob' })).token);
    expect(await owner.apiKeys.listTokens({ user: 'me', include_all: true })).toHaveLength(4);
    expect(await bob.apiKeys.listTokens({ user: 'me', include_all: true })).toHaveLength(1);
    expect(await failure(bob.apiKeys.getToken({ user: 'ada', name: 'mine' }))).toMatchObject({ status: 404 });
    expect(await failure(bob.apiKeys.createToken({ user: 'ada' }))).toMatchObject({ status: 404 });
    expect(await failure(bob.apiKeys.listTokens({ user: 'ada' }))).toMatchObject({ status: 404 });
    await expect(owner.apiKeys.getToken({ user: 'ada', name: 'MINE' })).resolves.toBeDefined();
  });

  it('is forgotten by another replica when it is deleted', async () => {
    await using database = await testDatabase();
    await using d = await signedIn(database);
    const key = await d.create();
    await using other = await testApi({
      database,
      router: (identity) => ({
        users: userRoutes({ identity, organizations: createOrganizations({ db: database.db }) }),
      }),
    });
    await other.client(key).users.get({ user: 'me' });
    await d.client.apiKeys.delete({ user: 'me', key: key.slice(0, 10) });
    await expect
      .poll(async () => (await failure(other.client(key).users.get({ user: 'me' })))?.status)
      .toBe(401);
  });
});
