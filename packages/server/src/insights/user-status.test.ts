import { expect, it } from 'vitest';
import { userRoutes } from '../identity/index.ts';
import { createOrganizations } from '../organizations/index.ts';
import { testApi, testClock, testDatabase, testUser } from '../testing/index.ts';
import { insightsRoutes } from './index.ts';

/** Nearly a day, so that a session lasts until the next. */
const step = 23 * 3_600_000;
const password = 'a good password';

it('counts newcomers as dormant until the day on which they first come', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const clock = testClock('2026-01-02T03:04:05.000Z');
  await using server = await testApi({
    database,
    clock,
    router: (identity) => ({
      insights: insightsRoutes({ db, clock }),
      users: userRoutes({ identity, organizations: createOrganizations({ db }) }),
    }),
  });
  const root = server.client((await testUser(db, { roles: ['owner'] })).token);
  for (const username of ['ada', 'bob', 'eve']) {
    await root.users.create({ username, email: `${username}@example.com`, password });
  }
  const bob = await root.users.get({ user: 'bob' });
  const signIn = (name: string) => server.client().users.login({ email: `${name}@example.com`, password });
  clock.advance(step);
  await signIn('ada');
  const { session_token: eves } = await signIn('eve');
  // One whom the database still says has never come, though the key is good already.
  await db
    .updateTable('users')
    .set({ status: 'dormant', updated_at: clock.now() })
    .where('username', '=', 'eve')
    .execute();
  clock.advance(step);
  await server.client(eves).users.get({ user: 'me' });
  await server.identity.close();
  clock.advance(step);
  await signIn('bob');

  const { status_counts: counts } = await root.insights.userStatusCounts({ tz_offset: 0 });
  const last = (status: keyof typeof counts) => counts[status].slice(-4).map(({ count }) => count);
  expect([last('dormant'), last('active')]).toEqual([
    [3, 2, 1, 0],
    [1, 2, 3, 4],
  ]);
  const later = await root.users.get({ user: 'bob' });
  expect(new Date(later.updated_at).getTime() - new Date(bob.updated_at).getTime()).toBe(3 * step);
});
