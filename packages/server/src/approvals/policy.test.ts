import { expect, it } from 'vitest';
import type { ChannelHandler, Notifications } from '../database/index.ts';
import { createNoopLogger, testClock, testDatabase, testUser } from '../testing/index.ts';
import { createPolicy } from './policy.ts';

/** Notifications that say what the test says. */
function spoken(): Notifications & { handler: ChannelHandler } {
  const notifications = {
    handler: { notify: () => undefined } as ChannelHandler,
    listen: async (_: string, handler: ChannelHandler) => {
      notifications.handler = handler;
      return () => undefined;
    },
    close: async () => undefined,
  };
  return notifications;
}

it('reads everything again when a notification may have been missed, until it succeeds', async () => {
  await using database = await testDatabase();
  const { user } = await testUser(database.db);
  const notifications = spoken();
  const clock = testClock();
  const log = createNoopLogger();
  const failed = Promise.withResolvers<void>();
  log.warn = () => failed.resolve();
  const policy = await createPolicy({ db: database.db, notifications, clock, log });
  const others = await createPolicy({ db: database.db, notifications: spoken(), clock, log });
  expect(policy.demanded(user.id, ['delete', 'commands', 'templates'])).toBeUndefined();

  await others.set(undefined, ['templates']);
  await others.set(user.id, ['commands']);
  expect(policy.effective(user.id)).toEqual([]);
  await database.db.schema.alterTable('approval_policies').renameTo('elsewhere').execute();
  notifications.handler.missed?.();
  await failed.promise;
  await database.db.schema.alterTable('elsewhere').renameTo('approval_policies').execute();
  await expect.poll(() => policy.effective(user.id), { timeout: 10_000 }).toEqual(['commands', 'templates']);
  expect(policy.demanded(user.id, ['delete', 'templates'])).toBe('templates');

  // Of what is no class any more nothing is left, and who demands nothing has no row.
  await database.db
    .updateTable('approval_policies')
    .set({ classes: ['everything', 'delete'] })
    .execute();
  notifications.handler.notify(user.id);
  await expect.poll(() => policy.own(user.id)).toEqual(['delete']);
  await policy.set(user.id, []);
  expect(await database.db.selectFrom('approval_policies').selectAll().execute()).toEqual([]);
  policy.close();
  others.close();
});

it('tells each change what it has replaced, also of those that come at once', async () => {
  await using database = await testDatabase();
  const { user } = await testUser(database.db);
  const log = createNoopLogger();
  const policy = await createPolicy({ db: database.db, notifications: spoken(), clock: testClock(), log });
  for (const userId of [undefined, user.id]) {
    const wanted = [['delete'], ['commands'], ['templates'], ['delete', 'templates']] as const;
    const replaced = await Promise.all(wanted.map((classes) => policy.set(userId, classes)));
    expect(new Set(replaced.map(String)).size).toBe(wanted.length);
    expect(replaced).toContainEqual([]);
    expect(await policy.set(userId, [])).toEqual(
      wanted.find((classes) => !replaced.map(String).includes(String(classes))),
    );
  }
  policy.close();
});
