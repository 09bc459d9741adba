import { expect, it } from 'vitest';
import {
  createNoopLogger,
  seedBuild,
  seedTemplate,
  testClock,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { createBumpActivity } from '../workspaces/index.ts';
import { composeInsights } from './compose-insights.ts';

it('forgets old use of workspaces when it starts, however seldom a server runs for hours', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const user = await testUser(db);
  const { workspaceId } = await seedBuild(db, user, await seedTemplate(db, user));
  const bump = createBumpActivity(db);
  await bump(workspaceId, new Date('2024-01-01T00:00:00Z'));
  await bump(workspaceId, new Date('2026-01-01T00:00:00Z'));
  const clock = testClock('2026-01-02T00:00:00Z');
  const insights = composeInsights({ database, clock, log: createNoopLogger() });
  await insights.close();
  const rows = await db.selectFrom('workspace_usage').select('began_at').execute();
  expect(rows).toEqual([{ began_at: new Date('2026-01-01T00:00:00Z') }]);
});
