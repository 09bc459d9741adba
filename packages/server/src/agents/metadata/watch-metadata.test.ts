import { agentMetadataSchema } from '@coder/api';
import type { AgentEvent } from '@coder/api/agent';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNotifications, type Notifications } from '../../database/index.ts';
import { createNoopLogger, type TestDatabase, testClock, testDatabase } from '../../testing/index.ts';
import { storeEvents } from '../intake/store-events.ts';
import { createSignals, type LogSignals } from '../logs/log-signals.ts';
import { seedWorkspace } from '../testing/seed.ts';
import { watchMetadata } from './watch-metadata.ts';

const clock = testClock();
let database: TestDatabase;
let notifications: Notifications;
let signals: LogSignals;
beforeAll(async () => {
  database = await testDatabase();
  notifications = createNotifications({ url: database.url, log: createNoopLogger() });
  signals = await createSignals(notifications, 'agent_metadata');
});
afterAll(async () => {
  signals.close();
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
  const { agentId } = await seedWorkspace(db, {
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
  const states = watchMetadata({ db, clock, signals }, agentId, stop.signal);
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
