import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createNoopLogger, testClock, testDatabase } from '../testing/index.ts';
import { createReplica } from './replicas.ts';

const log = createNoopLogger();

it('knows at once that the server before it on the same data is dead', async () => {
  await using database = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'replica-'));
  const clock = testClock();
  const options = { db: database.db, clock, log, version: 'test', dataDir };
  const killed = createReplica(options);
  await killed.start();
  const next = createReplica(options);
  await next.start();
  const rows = await database.db.selectFrom('replicas').select(['id', 'stopped_at']).execute();
  expect(rows).toContainEqual({ id: killed.id, stopped_at: clock.now() });
  expect(rows).toContainEqual({ id: next.id, stopped_at: null });
  await Promise.all([killed.stop(), next.stop()]);
  await rm(dataDir, { recursive: true });
});

it('buries a replica whose heart has stopped, and no other', async () => {
  await using database = await testDatabase();
  const clock = testClock();
  const options = { db: database.db, clock, log, version: 'test', heartbeatMs: 10_000 };
  const silent = createReplica(options);
  await silent.start();
  clock.advance(25_000);
  const mine = createReplica(options);
  await mine.start();
  expect(await mine.buryDead()).toEqual([]);
  clock.advance(6_000);
  expect(await mine.buryDead()).toEqual([silent.id]);
  expect(await mine.buryDead()).toEqual([]);
  await Promise.all([silent.stop(), mine.stop()]);
});
