import type { ApiClient } from '@coder/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  besideChange,
  failure,
  type TestApi,
  type TestDatabase,
  testDatabase,
  testOrganizations,
  testUser,
} from '../testing/index.ts';

let database: TestDatabase;
let server: TestApi;
let owner: ApiClient;
beforeAll(async () => {
  database = await testDatabase();
  server = await testOrganizations(database);
  owner = server.client((await testUser(database.db, { roles: ['owner'] })).token);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

it('an organization that is deleted in the same moment is neither changed nor deleted again', async () => {
  for (const change of ['update', 'delete'] as const) {
    const { id, name } = await owner.organizations.create({ name: 'gone' });
    const deletion = { text: 'update organizations set deleted = true where id = $1', values: [id] };
    const refusal = await besideChange(database, deletion, () =>
      failure(owner.organizations[change]({ organization: name, description: 'changed' })),
    );
    expect([change, refusal.code, refusal.message]).toEqual([
      change,
      'NOT_FOUND',
      expect.stringContaining('"gone"'),
    ]);
    const row = await database.db
      .selectFrom('organizations')
      .where('id', '=', id)
      .select('description')
      .executeTakeFirst();
    expect(row).toEqual({ description: '' });
  }
});

it('the audit row of a change says what it has replaced, not what was there when it was asked for', async () => {
  const { id } = await owner.organizations.create({ name: 'design', description: 'First' });
  const other = { text: "update organizations set description = 'Second' where id = $1", values: [id] };
  await besideChange(database, other, () =>
    owner.organizations.update({ organization: id, description: 'Third' }),
  );
  await server.audit.flush();
  const rows = await database.db
    .selectFrom('audit_logs')
    .where('resource_id', '=', id)
    .where('action', '=', 'write')
    .select('diff')
    .execute();
  expect(rows).toMatchObject([{ diff: { description: { old: 'Second', new: 'Third' } } }]);
});
