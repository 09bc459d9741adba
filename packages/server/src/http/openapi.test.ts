import { ApiError, createApiClient } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { authorize } from '../authorization/index.ts';
import { apiKeyRoutes, type Identity, userRoutes } from '../identity/index.ts';
import { createOrganizations } from '../organizations/index.ts';
import { type TestDatabase, testAccessUrl, testApi, testDatabase, testUser } from '../testing/index.ts';
import { api } from './procedure.ts';

function routesOf(database: TestDatabase) {
  const organizations = createOrganizations({ db: database.db });
  return (identity: Identity) => ({
    users: userRoutes({ identity, organizations }),
    apiKeys: apiKeyRoutes({ identity }),
  });
}

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  new Request(`${testAccessUrl}/api/v2${path}`, { method: 'POST', body, headers });

describe('an error', () => {
  it('reaches the typed client whole', async () => {
    await using database = await testDatabase();
    const ada = await testUser(database.db);
    const thrown = new ApiError('RATE_LIMITED', {
      message: 'Too fast.',
      detail: 'a detail',
      validations: [{ field: 'a[0].b', detail: 'is odd' }],
      retryAfter: 7,
    });
    await using server = await testApi({
      database,
      router: () => ({
        users: {
          get: api.users.get.handler(() => {
            throw thrown;
          }),
        },
      }),
    });
    const error: unknown = await server
      .client(ada.token)
      .users.get({ user: 'me' })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect({ ...(error as ApiError), message: (error as ApiError).message }).toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
      message: 'Too fast.',
      detail: 'a detail',
      validations: [{ field: 'a[0].b', detail: 'is odd' }],
      retryAfter: 7,
    });
  });

  it('is no fault of ours when the caller goes away in the middle of its body', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: routesOf(database) });
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const request = new Request(`${testAccessUrl}/api/v2/users/login`, {
      method: 'POST',
      body,
      duplex: 'half',
    });
    const response = await server.fetch(request);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: 'The request body broke off before its end.' });
  });

  it('of our own making shows nothing of the inside', async () => {
    await using database = await testDatabase();
    const ada = await testUser(database.db);
    await using server = await testApi({
      database,
      router: () => ({
        users: {
          get: api.users.get.handler(() => {
            throw new TypeError('secret inside');
          }),
          // An answer that breaks the contract is an internal error too.
          hasFirst: api.users.hasFirst.handler(() => ({ message: 7 as unknown as string })),
        },
      }),
    });
    const response = await server.fetch(
      new Request(`${testAccessUrl}/api/v2/users/me`, { headers: { 'coder-session-token': ada.token } }),
    );
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).not.toContain('secret inside');
    expect(JSON.parse(body)).toMatchObject({
      code: 'INTERNAL',
      detail: expect.stringMatching(/^Request id: /),
    });
    await expect(server.client().users.hasFirst()).rejects.toMatchObject({ status: 500, code: 'INTERNAL' });
  });

  it('401 and 403 carry a challenge that says where to get a token', async () => {
    await using database = await testDatabase();
    const narrow = await testUser(database.db, { scopes: ['workspace:read'] });
    await using server = await testApi({ database, router: routesOf(database) });
    const get = (path: string, token?: string) =>
      server.fetch(
        new Request(`${testAccessUrl}/api/v2${path}`, {
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        }),
      );
    const unknown = await get('/users/me');
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get('www-authenticate')).toBe(
      'Bearer realm="coder", resource_metadata="http://coder.test/.well-known/oauth-protected-resource"',
    );
    const wrong = await get('/users/me', 'nobody');
    expect(wrong.headers.get('www-authenticate')).toBe(
      'Bearer realm="coder", error="invalid_token", error_description="The access token is invalid", resource_metadata="http://coder.test/.well-known/oauth-protected-resource"',
    );
    const refused = await get('/users', narrow.token);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      message: expect.stringMatching(/"user:read"/),
    });
    expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope"/);
    server.clock.set(new Date('2126-01-01T00:00:00Z'));
    const expired = await get('/users/me', narrow.token);
    expect(expired.headers.get('www-authenticate')).toMatch(/has expired/);
  });
});

describe('input', () => {
  it('that is wrong is refused whole, field by field, with a suggestion', async () => {
    await using database = await testDatabase();
    const owner = await testUser(database.db, { roles: ['owner'] });
    await using server = await testApi({ database, router: routesOf(database) });
    const headers = { 'coder-session-token': owner.token };
    const answer = async (path: string, body: string) => {
      const response = await server.fetch(post(path, body, headers));
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await answer('/users', '{"email": ')).toMatchObject({
      status: 400,
      message: 'Request body must be valid JSON.',
    });
    expect(await answer('/users', '[1]')).toMatchObject({ status: 400 });
    expect(
      await answer('/users', '{"emial":"a@b.co","username":"no spaces","organization_ids":["x"]}'),
    ).toEqual({
      status: 400,
      code: 'VALIDATION_FAILED',
      message: 'Validation failed.',
      validations: expect.arrayContaining([
        { field: 'email', detail: expect.any(String) },
        { field: 'emial', detail: 'unknown field; did you mean "email"?' },
        { field: 'username', detail: expect.stringMatching(/letters, digits/) },
        { field: 'organization_ids[0]', detail: expect.any(String) },
      ]),
    });
    expect(await answer('/users/login', '')).toMatchObject({ status: 400, validations: expect.any(Array) });
    expect(await answer('/users/me/keys/tokens', '{"user":"other","lifetime":"long"}')).toMatchObject({
      status: 400,
      validations: [{ field: 'lifetime', detail: expect.any(String) }],
    });
    expect(await database.db.selectFrom('users').select('id').execute()).toHaveLength(1);
  });

  it('with a NUL in it is refused by its field, wherever it stands', async () => {
    await using database = await testDatabase();
    const owner = await testUser(database.db, { roles: ['owner'] });
    await using server = await testApi({ database, router: routesOf(database) });
    const headers = { 'coder-session-token': owner.token };
    const answer = async (request: Request) => {
      const response = await server.fetch(request);
      return { status: response.status, ...((await response.json()) as object) };
    };
    const refused = (field: string, detail = 'must have no NUL') => ({
      status: 400,
      code: 'VALIDATION_FAILED',
      message: 'Validation failed.',
      validations: [{ field, detail }],
    });
    const get = (path: string) => answer(new Request(`${testAccessUrl}/api/v2${path}`, { headers }));
    expect(await get('/users/a%00b')).toEqual(refused('user'));
    expect(await get('/users?q=%00')).toEqual(refused('q'));
    const send = (path: string, body: unknown) => answer(post(path, JSON.stringify(body), headers));
    expect(await send('/users/login', { email: 'a\0@b.co', password: 'x' })).toEqual(refused('email'));
    expect(await send('/users', { organization_ids: ['x', '\0'] })).toEqual(refused('organization_ids[1]'));
    expect(await send('/users', { a: { '\0': 1 } })).toEqual(refused('a', 'must have no NUL in a name'));
    const deep = `${'{"a":'.repeat(50_000)}"\\u0000"${'}'.repeat(50_000)}`;
    expect(await answer(post('/users', deep, headers))).toMatchObject({ status: 400 });
  });

  it('is not looked at before we know who sends it', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: routesOf(database) });
    expect((await server.fetch(post('/users', '{'))).status).toBe(401);
  });
});

describe('a route', () => {
  it('that is not there is left to others', async () => {
    await using database = await testDatabase();
    await using server = await testApi({ database, router: routesOf(database) });
    const extra = { ip: '127.0.0.1', requestId: 'r' };
    expect(await server.handler(new Request(`${testAccessUrl}/api/v2/nothing`), extra)).toBeUndefined();
    expect(await server.handler(new Request(`${testAccessUrl}/healthz`), extra)).toBeUndefined();
  });

  it('takes the word of an actor handed over in process, and of no header', async () => {
    await using database = await testDatabase();
    const ada = await testUser(database.db);
    await using server = await testApi({ database, router: routesOf(database) });
    const client = createApiClient({ url: testAccessUrl, fetch: (r) => server.fetch(r, ada.actor) });
    await expect(client.users.get({ user: 'me' })).resolves.toMatchObject({ id: ada.user.id });
    const forged = await server.fetch(
      new Request(`${testAccessUrl}/api/v2/users/me`, { headers: { actor: JSON.stringify(ada.actor) } }),
    );
    expect(forged.status).toBe(401);
  });

  it('answers 429 with Retry-After to who asks too often, each user for itself', async () => {
    await using database = await testDatabase();
    const [ada, bob] = [await testUser(database.db), await testUser(database.db)];
    await using server = await testApi({ database, router: routesOf(database), rateLimit: 3 });
    const ask = (token: string) => server.client(token).users.get({ user: 'me' });
    for (let i = 0; i < 3; i++) await ask(ada.token);
    await expect(ask(ada.token)).rejects.toMatchObject({ status: 429, retryAfter: 20 });
    await expect(ask(bob.token)).resolves.toBeDefined();
    server.clock.advance(20_000);
    await expect(ask(ada.token)).resolves.toBeDefined();
  });
});

describe('the audit', () => {
  it('has its row before the effect and its outcome after the answer', async () => {
    await using database = await testDatabase();
    const owner = await testUser(database.db, { roles: ['owner'], username: 'root' });
    const rows = () => database.db.selectFrom('audit_logs').selectAll().orderBy('time').execute();
    let during: Awaited<ReturnType<typeof rows>> = [];
    await using server = await testApi({
      database,
      router: () => ({
        users: {
          delete: api.users.delete.handler(async ({ context, input }) => {
            during = await rows();
            context.audit.target(owner.user.id, input.user);
            context.audit.diff('password', 'old', 'new', true);
            context.audit.field('note', 'x'.repeat(2_000));
            authorize(context.actor!, 'update', { type: 'deployment_config' });
            return { message: 'done' };
          }),
        },
      }),
    });
    await server.client(owner.token).users.delete({ user: 'someone' });
    expect(during).toMatchObject([
      { username: 'root', action: 'delete', resource_type: 'user', status_code: null, ip: '127.0.0.1' },
    ]);
    await server.audit.flush();
    const [row] = await rows();
    expect(row).toMatchObject({
      status_code: 200,
      resource_id: owner.user.id,
      resource_target: 'someone',
      diff: { password: { old: '', new: '', secret: true } },
      api_key_id: owner.actor.key.id,
    });
    expect(row?.additional_fields).toEqual({ token: 'test', note: `${'x'.repeat(1_000)}…` });
  });

  it('that cannot be written keeps the effect from happening', async () => {
    await using database = await testDatabase();
    const owner = await testUser(database.db, { roles: ['owner'] });
    let called = 0;
    await using server = await testApi({
      database,
      router: () => ({
        users: {
          delete: api.users.delete.handler(() => {
            called += 1;
            return { message: 'done' };
          }),
        },
      }),
    });
    const client = server.client(owner.token);
    await client.users.delete({ user: 'someone' });
    await server.audit.flush();
    await database.pool.query('alter table audit_logs rename to audit_logs_gone');
    await expect(client.users.delete({ user: 'someone' })).rejects.toMatchObject({
      status: 503,
      retryAfter: 2,
      message: expect.stringMatching(/nothing was done/),
    });
    expect(called).toBe(1);
    await database.pool.query('alter table audit_logs_gone rename to audit_logs');
  });

  it('has a row for what a token tried beyond its scope', async () => {
    await using database = await testDatabase();
    const narrow = await testUser(database.db, { roles: ['owner'], scopes: ['workspace:read'] });
    await using server = await testApi({ database, router: routesOf(database) });
    await expect(server.client(narrow.token).users.delete({ user: 'me' })).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    await server.audit.flush();
    expect(await database.db.selectFrom('audit_logs').selectAll().execute()).toMatchObject([
      { action: 'delete', status_code: 403, user_id: narrow.user.id },
    ]);
  });
});
