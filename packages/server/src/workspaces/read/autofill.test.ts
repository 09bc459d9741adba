import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  failure,
  seedBuild,
  seedTemplate,
  type TestApi,
  type TestDatabase,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../../testing/index.ts';
import { autofillRoutes } from '../detail-routes.ts';

const clock = testClock();
let database: TestDatabase;
let server: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  server = await testApi({
    database,
    clock,
    router: ({ users }) => ({ users: autofillRoutes({ db, users }) }),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});
async function someone() {
  const user = await testUser(database.db);
  return { ...user, client: server.client(user.token) };
}

describe('what a user gave parameters before', () => {
  const manifest = {
    parameters: [
      { name: 'region', ephemeral: false },
      { name: 'cpus', ephemeral: false },
      { name: 'reset', ephemeral: true },
    ],
  };
  const values = (record: Record<string, string>) =>
    Object.entries(record).map(([name, value]) => ({ name, value }));

  it('is the newest of each, of the parameters that there still are', async () => {
    const ada = await someone();
    const template = await seedTemplate(database.db, ada, { manifest });
    const other = await seedTemplate(database.db, ada, { manifest });
    const at = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
    const build = (minutes: number, given: Record<string, string>, of = template) =>
      seedBuild(database.db, ada, of, { at: at(minutes), values: values(given) });
    await build(1, { region: 'eu', cpus: '2', gone: 'x', reset: 'true' });
    await build(2, { region: 'us' });
    await build(3, { region: 'asia' }, other);
    const ask = { user: 'me', template_id: template.id };
    expect(await ada.client.users.autofillParameters(ask)).toEqual([
      { name: 'cpus', value: '2' },
      { name: 'region', value: 'us' },
    ]);
    const bob = await someone();
    expect(await bob.client.users.autofillParameters(ask)).toEqual([]);
    const theirs = await failure(
      bob.client.users.autofillParameters({ user: ada.user.username, template_id: template.id }),
    );
    expect(theirs.code).toBe('NOT_FOUND');
  });

  it('tells a narrow token only of the workspaces that it reaches', async () => {
    const ada = await someone();
    const template = await seedTemplate(database.db, ada, { manifest });
    const mine = await seedBuild(database.db, ada, template, { values: values({ region: 'eu' }) });
    await seedBuild(database.db, ada, template, { values: values({ region: 'us', cpus: '4' }) });
    const allowList = [`workspace:${mine.workspaceId}`];
    const narrow = { ...ada.actor, key: { ...ada.actor.key, allowList } };
    const request = new Request(
      `http://coder.test/api/v2/users/me/autofill-parameters?template_id=${template.id}`,
    );
    expect(await (await server.fetch(request, narrow)).json()).toEqual([{ name: 'region', value: 'eu' }]);
    const none = { user: 'me', template_id: mine.workspaceId };
    expect((await failure(ada.client.users.autofillParameters(none))).code).toBe('NOT_FOUND');
  });
});
