import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  besideChange,
  failure,
  type TestApi,
  type TestDatabase,
  testDatabase,
  testOrganizations,
  testUser,
} from '../testing/index.ts';

type Client = ReturnType<TestApi['client']>;

let database: TestDatabase;
let server: TestApi;
let asOwner: Client;
let asAdmin: Client;
beforeAll(async () => {
  database = await testDatabase();
  server = await testOrganizations(database);
  asOwner = server.client((await testUser(database.db, { roles: ['owner'] })).token);
  asAdmin = server.client((await testUser(database.db, { roles: ['user-admin'] })).token);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

const userNow = (id: string) =>
  database.db.selectFrom('users').where('id', '=', id).selectAll().executeTakeFirstOrThrow();

async function diffOf(id: string) {
  await server.audit.flush();
  const rows = await database.db
    .selectFrom('audit_logs')
    .where('resource_id', '=', id)
    .select('diff')
    .execute();
  return rows.map(({ diff }) => diff);
}

describe('who is made an owner in the same moment', () => {
  const password = 'another password';
  it.each<[string, (user: string) => Promise<unknown>]>([
    ['keeps the role', (user) => asAdmin.users.updateRoles({ user, roles: [] })],
    ['keeps the password', (user) => asAdmin.users.updatePassword({ user, password })],
    ['is not suspended', (user) => asAdmin.users.suspend({ user })],
    ['is not deleted', (user) => asAdmin.users.delete({ user })],
    ['keeps the name', (user) => asAdmin.users.updateProfile({ user, username: 'other', name: '' })],
  ])('%s against an administrator of users', async (_, change) => {
    const { user } = await testUser(database.db);
    const promotion = { text: "update users set rbac_roles = '{owner}' where id = $1", values: [user.id] };
    const refusal = await besideChange(database, promotion, () => failure(change(user.id)));
    expect(refusal).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('"owner"') });
    expect(await userNow(user.id)).toMatchObject({
      username: user.username,
      rbac_roles: ['owner'],
      status: 'active',
      deleted: false,
      hashed_password: null,
    });
  });
});

describe('the audit row of a change', () => {
  it('says what it has replaced, not what was there when it was asked for', async () => {
    const { user } = await testUser(database.db);
    const other = {
      text: "update users set name = 'Second', rbac_roles = '{auditor}' where id = $1",
      values: [user.id],
    };
    const { username } = user;
    await besideChange(database, other, () =>
      asOwner.users.updateProfile({ user: user.id, username, name: 'Third' }),
    );
    expect(await diffOf(user.id)).toEqual([{ name: { old: 'Second', new: 'Third', secret: false } }]);
  });
});

it('a password that was changed meanwhile is not changed again with the old one', async () => {
  const password = 'a good password';
  const { id } = await asOwner.users.create({ username: 'ada', email: 'ada@example.com', password });
  const { session_token } = await server.client().users.login({ email: 'ada@example.com', password });
  const change = { text: "update users set hashed_password = 'new' where id = $1", values: [id] };
  const refusal = await besideChange(database, change, () =>
    failure(
      server
        .client(session_token)
        .users.updatePassword({ user: 'me', old_password: password, password: 'another password' }),
    ),
  );
  expect(refusal).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('new password') });
  expect((await userNow(id)).hashed_password).toBe('new');
});
