import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  failure,
  type TestApi,
  type TestDatabase,
  type TestUserOptions,
  testApi,
  testClock,
  testDatabase,
  testUser,
  valuesReplaced,
} from '../testing/index.ts';
import { createUserSettings, userSettingsRoutes } from './index.ts';

const clock = testClock();
let database: TestDatabase;
let server: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  server = await testApi({
    database,
    clock,
    router: ({ users }) => ({
      users: userSettingsRoutes({ users, settings: createUserSettings({ db, clock }) }),
    }),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});
async function someone(options: TestUserOptions = {}) {
  const user = await testUser(database.db, options);
  return { ...user, client: server.client(user.token) };
}

describe('settings', () => {
  it('are what was set, and defaults before', async () => {
    const { client } = await someone();
    const [light, none] = [
      { theme_preference: 'light', terminal_font: 'fira-code' } as const,
      { user: 'me' },
    ];
    expect(await client.users.appearance(none)).toEqual({ theme_preference: '', terminal_font: '' });
    expect(await client.users.updateAppearance({ user: 'me', ...light })).toEqual(light);
    expect(await client.users.appearance(none)).toEqual(light);
    await client.users.updateAppearance({ user: 'me', theme_preference: 'dark' });
    expect(await client.users.appearance(none)).toEqual({ theme_preference: 'dark', terminal_font: '' });
    expect(await client.users.preferences(none)).toEqual({ task_notification_alert_dismissed: false });
    const dismissed = { task_notification_alert_dismissed: true };
    expect(await client.users.updatePreferences({ user: 'me', ...dismissed })).toEqual(dismissed);
    expect(await client.users.preferences(none)).toEqual(dismissed);
  });

  it('say in the audit log what each change has replaced, also of those that come at once', async () => {
    const { client } = await someone();
    const themes = ['a', 'b', 'c', 'd'].map((letter) => `theme-${letter}`);
    await Promise.all(
      themes.map((theme_preference) =>
        client.users.updateAppearance({ user: 'me', theme_preference, terminal_font: '' }),
      ),
    );
    await server.audit.flush();
    const replaced = (await valuesReplaced(database.db, 'theme_preference')).filter(
      (old) => old === '' || themes.includes(String(old)),
    );
    expect(new Set(replaced).size).toBe(themes.length);
  });

  it('take no other themes and fonts than there are, and no other fields', async () => {
    const { client } = await someone();
    const wrong = await failure(
      client.users.updateAppearance({
        user: 'me',
        theme_preference: '<b>',
        terminal_font: 'wingdings' as never,
        colour: 'red',
      } as never),
    );
    expect(wrong.validations.map(({ field }) => field).toSorted()).toEqual([
      'colour',
      'terminal_font',
      'theme_preference',
    ]);
  });

  it('are their user’s, and those of who manages users; changes are written down', async () => {
    const [ada, bob, admin] = [await someone(), await someone(), await someone({ roles: ['user-admin'] })];
    const user = ada.user.username;
    for (const read of ['appearance', 'preferences', 'loginType'] as const) {
      expect((await failure(bob.client.users[read]({ user }))).code).toBe('NOT_FOUND');
      await admin.client.users[read]({ user });
    }
    const change = { user, theme_preference: 'dark' };
    expect((await failure(bob.client.users.updateAppearance(change))).code).toBe('NOT_FOUND');
    await admin.client.users.updateAppearance(change);
    expect((await ada.client.users.appearance({ user: 'me' })).theme_preference).toBe('dark');
    await server.audit.flush();
    const rows = await database.db
      .selectFrom('audit_logs')
      .where('resource_id', '=', ada.user.id)
      .where('status_code', '=', 200)
      .select(['username', 'action', 'diff'])
      .execute();
    expect(rows).toEqual([
      {
        username: admin.user.username,
        action: 'write',
        diff: { theme_preference: { old: '', new: 'dark', secret: false } },
      },
    ]);
  });

  it('that a version no longer knows are as if they had not been set', async () => {
    const { client, user } = await someone();
    await database.db
      .insertInto('user_settings')
      .values({
        user_id: user.id,
        key: 'appearance',
        value: JSON.stringify({ theme_preference: 'dark', terminal_font: 'papyrus' }),
        updated_at: clock.now(),
      })
      .execute();
    expect(await client.users.appearance({ user: 'me' })).toEqual({
      theme_preference: '',
      terminal_font: '',
    });
  });
});

it('tells how a user signs in', async () => {
  const { client } = await someone();
  expect(await client.users.loginType({ user: 'me' })).toEqual({ login_type: 'password' });
});

it('says whether a password may be chosen, to anybody', async () => {
  const { users } = server.client();
  expect(await users.validatePassword({ password: 'correct horse' })).toEqual({ valid: true, details: '' });
  expect(await users.validatePassword({ password: 'short' })).toEqual({
    valid: false,
    details: 'It must be at least 8 characters long.',
  });
  expect(await users.validatePassword({ password: 'x'.repeat(257) })).toMatchObject({ valid: false });
  expect((await failure(users.validatePassword({ password: 'x'.repeat(5_000) }))).status).toBe(400);
});
