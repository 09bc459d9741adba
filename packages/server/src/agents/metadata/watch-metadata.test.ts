import { agentMetadataSchema } from '@coder/api';
import type { AgentEvent } from '@coder/api/agent';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNotifications, type Notifications, notify } from '../../database/index.ts';
import { type Changes, createChanges } from '../../jobs/index.ts';
import { createNoopLogger, type TestDatabase, testClock, testDatabase } from '../../testing/index.ts';
import { storeEvents } from '../intake/store-events.ts';
import { seedWorkspace } from '../testing/seed.ts';
import { watchMetadata } from './watch-metadata.ts';

const clock = testClock();
let database: TestDatabase;
let notifications: Notifications;
let changes: Changes;
beforeAll(async () => {
  database = await testDatabase();
  notifications = createNotifications({ url: database.url, log: createNoopLogger() });
  changes = createChanges(notifications);
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});

const script = (key: string, display_name: string) => ({
  key,
  display_name,
  script: `echo ${key}`,
  interval_seconds: 10,
  timeout_seconds: 5,
});

it('tells what the scripts have reported, and whenever that changes', async () => {
  const { db } = database;
  const { agentId, workspaceId } = await seedWorkspace(db, {
    spec: { metadata: [script('load', 'Load'), script('disk', 'Disk')] },
  });
  const report = (seq: number, key: string, value: string, error = ''): AgentEvent => ({
    type: 'metadata',
    seq,
    at: clock.now().toISOString(),
    key,
    value,
    error,
  });
  await storeEvents({ db, clock }, agentId, 'boot', [report(1, 'load', '0.5')]);
  clock.advance(3_000);
  const stop = new AbortController();
  const states = watchMetadata({ db, clock, changes }, { agentId, workspaceId }, stop.signal);
  const { value: first } = await states.next();
  for (const each of first ?? []) agentMetadataSchema.parse(each);
  expect(first).toMatchObject([
    {
      result: { value: '0.5', age: 3, error: '' },
      description: { key: 'load', display_name: 'Load', script: 'echo load', interval: 10, timeout: 5 },
    },
    { result: { value: '', collected_at: '0001-01-01T00:00:00Z' }, description: { key: 'disk' } },
  ]);
  const next = states.next();
  await storeEvents({ db, clock }, agentId, 'boot', [report(2, 'disk', '', 'no such disk')]);
  expect((await next).value).toMatchObject([
    { result: { value: '0.5' } },
    { result: { error: 'no such disk', age: 0 } },
  ]);
  // What concerns nobody's metadata wakes nobody.
  const ended = states.next();
  await storeEvents(
    { db, clock },
    agentId,
    'boot',
    [{ type: 'lifecycle', seq: 3, at: '', state: 'ready' }].map(
      (event) => ({ ...event, at: clock.now().toISOString() }) as AgentEvent,
    ),
  );
  stop.abort();
  expect(await ended).toEqual({ done: true, value: undefined });
});

it('ends when the agent has been retired', async () => {
  const { db } = database;
  const { agentId, workspaceId } = await seedWorkspace(db, { spec: { metadata: [script('load', 'Load')] } });
  const states = watchMetadata(
    { db, clock, changes },
    { agentId, workspaceId },
    new AbortController().signal,
  );
  expect((await states.next()).value).toHaveLength(1);
  const ended = states.next();
  await db.updateTable('workspace_agents').set({ token_hash: null }).where('id', '=', agentId).execute();
  await notify(db, 'workspace_changed', workspaceId);
  expect(await ended).toEqual({ done: true, value: undefined });
});
