import { randomUUID } from 'node:crypto';
import { type ApiClient, ApiError } from '@coder/api';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  type TestApi,
  type TestDatabase,
  testAccessUrl,
  testDatabase,
  testOrganizations,
  testUser,
} from '../testing/index.ts';

const first = { email: 'root@example.com', username: 'root', password: 'a good password' };

const serve = (database: TestDatabase, accessUrl = testAccessUrl): Promise<TestApi> =>
  testOrganizations(database, { accessUrl });

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof ApiError ? `${error.status} ${error.code}` : String(error)),
  );

const signIn = async (server: TestApi, email: string, password: string): Promise<ApiClient> =>
  server.client((await server.client().users.login({ email, password })).session_token);

describe('the first user', () => {
  it('is an owner in the default organization, and the only first', async () => {
    await using database = await testDatabase();
    await using server = await serve(database);
    const anybody = server.client();
    await expect(anybody.users.hasFirst()).rejects.toMatchObject({ status: 404 });
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) =>
        anybody.users.createFirst({ ...first, username: name, email: `${name}@example.com` }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({
          status: 409,
          message: 'The initial user has already been created.',
        });
      }
    }
    const [user] = await database.db.selectFrom('users').selectAll().execute();
    expect(user).toMatchObject({ rbac_roles: ['owner'], status: 'active' });
    const owner = await signIn(server, user?.email ?? '', first.password);
    expect(await owner.organizations.list({})).toMatchObject([{ name: 'coder', is_default: true }]);
    expect(await owner.organizations.members({ organization: 'default' })).toMatchObject([
      { username: user?.username, global_roles: [{ name: 'owner' }] },
    ]);
    await expect(anybody.users.hasFirst()).resolves.toBeDefined();
  });
});

describe('signing in', () => {
  it('gives a session in the body and in a cookie, and signing out ends it', async () => {
    await using database = await testDatabase();
    await using server = await serve(database, 'https://coder.test');
    await server.client().users.createFirst(first);
    const response = await server.fetch(
      new Request(`${testAccessUrl}/api/v2/users/login`, {
        method: 'POST',
        body: JSON.stringify({ email: 'ROOT@example.com', password: first.password }),
      }),
    );
    expect(response.status).toBe(201);
    const { session_token } = (await response.json()) as { session_token: string };
    expect(session_token).toMatch(/^[A-Za-z0-9]{10}-[A-Za-z0-9]{22}$/);
    expect(response.headers.get('set-cookie')).toBe(
      `__Host-coder_session_token=${session_token}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure`,
    );
    const client = server.client(session_token);
    await expect(client.users.get({ user: 'me' })).resolves.toMatchObject({ username: 'root' });
    await client.users.logout();
    expect(await code(client.users.get({ user: 'me' }))).toBe('401 UNAUTHENTICATED');
  });

  it('is not for pages of other sites, which could sign a browser in as somebody else', async () => {
    await using database = await testDatabase();
    await using server = await serve(database);
    const send = async (path: string, body: object, headers: Record<string, string>) =>
      (
        await server.fetch(
          new Request(`${testAccessUrl}/api/v2/users/${path}`, {
            method: 'POST',
            headers: { host: 'coder.test', 'content-type': 'text/plain', ...headers },
            body: JSON.stringify(body),
          }),
        )
      ).status;
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of foreign) expect(await send('first', first, headers)).toBe(403);
    expect(await send('first', first, { origin: testAccessUrl })).toBe(201);
    const { email, password } = first;
    for (const headers of foreign) expect(await send('login', { email, password }, headers)).toBe(403);
    expect(await send('login', { email, password }, {})).toBe(201);
  });

  it('is refused alike for a wrong password, no such user and a user without one', async () => {
    await using database = await testDatabase();
    await using server = await serve(database);
    await server.client().users.createFirst(first);
    await testUser(database.db, { username: 'nopass' });
    for (const email of [first.email, 'nobody@example.com', 'nopass@example.com']) {
      expect(await code(server.client().users.login({ email, password: 'wrong password' }))).toBe(
        '401 BAD_CREDENTIALS',
      );
    }
    await server.audit.flush();
    const rows = await database.db
      .selectFrom('audit_logs')
      .selectAll()
      .where('action', '=', 'login')
      .execute();
    expect(rows.map(({ status_code, resource_target }) => [status_code, resource_target])).toEqual(
      expect.arrayContaining([[401, 'nobody@example.com']]),
    );
    expect(JSON.stringify(rows)).not.toContain('wrong password');
  });
});

describe('users', () => {
  async function deployment(database: TestDatabase) {
    const server = await serve(database);
    const owner = await testUser(database.db, { username: 'root', roles: ['owner'] });
    const admin = await testUser(database.db, { username: 'admin', roles: ['user-admin'] });
    const member = await testUser(database.db, { username: 'ada' });
    return {
      server,
      owner,
      admin,
      member,
      asOwner: server.client(owner.token),
      asAdmin: server.client(admin.token),
      asMember: server.client(member.token),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }

  it('are made, found, changed, suspended and deleted', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    const { asAdmin, server } = d;
    const grace = { username: 'grace', email: 'grace@example.com', password: 'a good password' };
    const created = await asAdmin.users.create({ ...grace, name: 'Grace Hopper' });
    expect(created).toMatchObject({
      status: 'dormant',
      roles: [],
      organization_ids: [d.member.organizationId],
    });
    expect(await code(asAdmin.users.create({ ...grace, email: 'x@example.com' }))).toBe('409 CONFLICT');
    expect(await code(asAdmin.users.create({ ...grace, username: 'me', email: 'y@example.com' }))).toBe(
      '400 VALIDATION_FAILED',
    );
    const asGrace = await signIn(server, grace.email, grace.password);
    expect(await asGrace.users.get({ user: 'GRACE' })).toMatchObject({ status: 'active' });
    await asGrace.users.updateProfile({ user: 'me', username: 'hopper', name: 'G' });
    expect(await asGrace.users.get({ user: 'me' })).toMatchObject({ username: 'hopper' });
    await asAdmin.users.suspend({ user: 'hopper' });
    expect(await code(asGrace.users.get({ user: 'me' }))).toBe('401 UNAUTHENTICATED');
    expect(await code(signIn(server, grace.email, grace.password))).toBe('401 UNAUTHENTICATED');
    await asAdmin.users.activate({ user: 'hopper' });
    await asGrace.users.get({ user: 'me' });
    await asAdmin.users.delete({ user: 'hopper' });
    expect(await code(asGrace.users.get({ user: 'me' }))).toBe('401 UNAUTHENTICATED');
    expect(await code(asAdmin.users.get({ user: 'hopper' }))).toBe('404 NOT_FOUND');
    await asAdmin.users.create({ ...grace, username: 'hopper' });
  });

  it('are listed by search and page, each only for who may see them', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    const names = async (client: ApiClient, query: Parameters<ApiClient['users']['list']>[0]) => {
      const { users, count } = await client.users.list(query);
      return [count, ...users.map(({ username }) => username)];
    };
    expect(await names(d.asOwner, {})).toEqual([3, 'ada', 'admin', 'root']);
    expect(await names(d.asMember, {})).toEqual([1, 'ada']);
    expect(await names(d.asOwner, { q: 'AD' })).toEqual([2, 'ada', 'admin']);
    expect(await names(d.asOwner, { q: 'search:"a" role:owner,user-admin' })).toEqual([2, 'admin', 'root']);
    expect(await names(d.asOwner, { q: 'status:suspended' })).toEqual([0]);
    expect(await names(d.asOwner, { q: '100%' })).toEqual([0]);
    expect(await names(d.asOwner, { limit: 1, offset: 1 })).toEqual([3, 'admin']);
    expect(await names(d.asOwner, { after_id: d.admin.user.id })).toEqual([3, 'root']);
    await expect(d.asOwner.users.list({ q: 'colour:red status:gone' })).rejects.toMatchObject({
      status: 400,
      validations: [{ field: 'q', detail: expect.stringContaining('"colour"') }],
    });
    expect(await code(d.asMember.users.get({ user: 'root' }))).toBe('404 NOT_FOUND');
  });

  it('keep an owner, whatever happens at once', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    const second = await testUser(database.db, { username: 'second', roles: ['owner'] });
    const asSecond = d.server.client(second.token);
    const results = await Promise.all([
      code(d.asOwner.users.updateRoles({ user: 'second', roles: [] })),
      code(asSecond.users.suspend({ user: 'root' })),
    ]);
    // Either one comes second and is refused, or its own owner's role is gone before it asks.
    expect(results.filter((result) => result === 'ok')).toHaveLength(1);
    const left = await database.db
      .selectFrom('users')
      .where('status', '=', 'active')
      .where(sql<boolean>`'owner' = any(rbac_roles)`)
      .select('username')
      .execute();
    expect(left).toHaveLength(1);
  });

  it('cannot rise above themselves', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    await testUser(database.db, { username: 'tess', roles: ['template-admin'] });
    const { asAdmin, asMember, asOwner } = d;
    expect(await code(asAdmin.users.updateRoles({ user: 'ada', roles: ['owner'] }))).toBe('403 FORBIDDEN');
    expect(await code(asAdmin.users.updateRoles({ user: 'tess', roles: [] }))).toBe('403 FORBIDDEN');
    expect(await code(asAdmin.users.updateRoles({ user: 'me', roles: ['owner'] }))).toBe('403 FORBIDDEN');
    const password = 'another password';
    expect(await code(asAdmin.users.updatePassword({ user: 'root', password }))).toBe('403 FORBIDDEN');
    expect(await code(asAdmin.users.updatePassword({ user: 'tess', password }))).toBe('403 FORBIDDEN');
    expect(await code(asAdmin.users.delete({ user: 'root' }))).toBe('403 FORBIDDEN');
    expect(await code(asAdmin.apiKeys.createSession({ user: 'ada' }))).toBe('403 FORBIDDEN');
    expect(await code(asMember.users.suspend({ user: 'me' }))).toBe('403 FORBIDDEN');
    expect(await code(asMember.users.create({ username: 'x', email: 'x@example.com' }))).toBe(
      '403 FORBIDDEN',
    );
    expect(await code(asOwner.users.suspend({ user: 'me' }))).toBe('403 FORBIDDEN');
    expect(await code(asOwner.users.delete({ user: 'me' }))).toBe('403 FORBIDDEN');
    for (const refused of [
      () => asOwner.users.suspend({ user: 'me' }),
      () => asOwner.users.delete({ user: 'me' }),
      () => asOwner.users.updateRoles({ user: 'me', roles: [] }),
    ]) {
      await expect(refused()).rejects.toMatchObject({ detail: expect.stringContaining('Ask another owner') });
    }
    await expect(asOwner.users.updateRoles({ user: 'ada', roles: ['boss'] })).rejects.toMatchObject({
      validations: [{ field: 'roles[0]', detail: expect.stringContaining('owner') }],
    });
    await asOwner.users.updateRoles({ user: 'ada', roles: ['auditor', 'member'] });
    expect(await asMember.users.getRoles({ user: 'me' })).toMatchObject({ roles: ['auditor'] });
  });

  it('are not changed by who may not give the roles that they hold in an organization', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    const { asAdmin, asOwner, server } = d;
    await testUser(database.db, { username: 'orla', organizationRoles: ['organization-admin'] });
    await testUser(database.db, {
      username: 'bea',
      organizationRoles: ['organization-workspace-creation-ban'],
    });
    const password = 'another password';
    const calls = (client: typeof asAdmin, user: string) => [
      () => client.users.updatePassword({ user, password }),
      () => client.users.updateProfile({ user, username: user, name: 'Somebody' }),
      () => client.users.suspend({ user }),
      () => client.users.activate({ user }),
      () => client.users.delete({ user }),
    ];
    for (const call of calls(asAdmin, 'orla')) {
      await expect(call()).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message:
          'You may not change orla, who has the role "organization-admin". Allowed for the role "owner".',
      });
    }
    expect(await asOwner.users.get({ user: 'orla' })).toMatchObject({ name: '', status: 'active' });
    const both = await testUser(database.db, {
      roles: ['user-admin'],
      organizationRoles: ['organization-admin'],
    });
    for (const call of calls(server.client(both.token), 'orla')) await call();
    // A ban gives nothing to who becomes its holder.
    for (const call of calls(asAdmin, 'bea')) await call();
  });

  it('are not deleted with their workspaces', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    await database.pool.query('alter table workspaces disable trigger all');
    const now = new Date();
    await database.db
      .insertInto('workspaces')
      .values({
        id: randomUUID(),
        owner_id: d.member.user.id,
        organization_id: d.member.organizationId,
        template_id: randomUUID(),
        name: 'web',
        last_used_at: now,
        created_at: now,
        updated_at: now,
      })
      .execute();
    await expect(d.asOwner.users.delete({ user: 'ada' })).rejects.toMatchObject({
      status: 409,
      message: 'ada has 1 workspace.',
      detail: 'Delete it first, then the user.',
    });
    await expect(d.asMember.users.get({ user: 'me' })).resolves.toBeDefined();
  });

  it('are not deleted beside the creation of a workspace of theirs', async () => {
    await using database = await testDatabase();
    await using d = await deployment(database);
    await database.pool.query('alter table workspaces disable trigger all');
    const creation = await database.pool.connect();
    try {
      await creation.query('begin');
      // What the foreign key of a new workspace takes.
      await creation.query('select from users where id = $1 for key share', [d.member.user.id]);
      await creation.query(
        `insert into workspaces (id, owner_id, organization_id, template_id, name, last_used_at, created_at, updated_at)
         values (gen_random_uuid(), $1, $2, gen_random_uuid(), 'web', now(), now(), now())`,
        [d.member.user.id, d.member.organizationId],
      );
      let ended = false;
      const deletion = code(d.asOwner.users.delete({ user: 'ada' })).finally(() => (ended = true));
      await expect
        .poll(async () => {
          const waiting = await database.pool.query(
            "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          return ended || waiting.rowCount === 1;
        })
        .toBe(true);
      await creation.query('commit');
      expect(await deletion).toBe('409 CONFLICT');
    } finally {
      creation.release();
    }
  });

  it('change their password with the old one, which ends their other sessions', async () => {
    await using database = await testDatabase();
    await using server = await serve(database);
    await server.client().users.createFirst(first);
    const [here, there] = [
      await signIn(server, first.email, first.password),
      await signIn(server, first.email, first.password),
    ];
    const password = 'another password';
    expect(await code(here.users.updatePassword({ user: 'me', password }))).toBe('400 VALIDATION_FAILED');
    expect(await code(here.users.updatePassword({ user: 'me', old_password: 'wrong', password }))).toBe(
      '400 VALIDATION_FAILED',
    );
    await here.users.updatePassword({ user: 'me', old_password: first.password, password });
    expect(await code(here.users.get({ user: 'me' }))).toBe('ok');
    expect(await code(there.users.get({ user: 'me' }))).toBe('401 UNAUTHENTICATED');
    expect(await code(signIn(server, first.email, first.password))).toBe('401 BAD_CREDENTIALS');
    await signIn(server, first.email, password);
  });
});
