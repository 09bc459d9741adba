import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AgentEvent } from '@coder/api/agent';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNoopLogger, type TestDatabase, testClock, testDatabase } from '../../testing/index.ts';
import { type Seeded, seedApp, seedWorkspace } from '../testing/seed.ts';
import { pruneStats } from './prune-stats.ts';
import { type IntakeDeps, runIntake } from './run-intake.ts';
import { type IntakePosition, storeEvents } from './store-events.ts';
import { MAX_LOG_BYTES } from './store-logs.ts';

let database: TestDatabase;
let deps: IntakeDeps;
const activity: string[] = [];
beforeAll(async () => {
  database = await testDatabase();
  deps = {
    db: database.db,
    clock: testClock(),
    log: createNoopLogger(),
    onActivity: (id, at) => activity.push(`${id} ${at.toISOString()}`),
  };
});
afterAll(() => database.close());

const at = '2026-01-02T03:04:06.000Z';
const source = randomUUID();
const logLine = (seq: number, output = `line ${seq}`): AgentEvent => ({
  type: 'log',
  seq,
  at,
  source_id: source,
  level: 'info',
  output,
});
const readRow = (seeded: Seeded) =>
  database.db
    .selectFrom('workspace_agents')
    .selectAll()
    .where('id', '=', seeded.agentId)
    .executeTakeFirstOrThrow();
const outputs = async (seeded: Seeded) =>
  (
    await database.db
      .selectFrom('workspace_agent_logs')
      .select('output')
      .where('agent_id', '=', seeded.agentId)
      .orderBy('id')
      .execute()
  ).map((row) => row.output);

/** An agent's event stream, from whatever position it is asked for. It breaks after `cutAfter` events, or stays open. */
function eventSource(bootId: string, events: AgentEvent[]) {
  const asked: IntakePosition[] = [];
  async function open(position: IntakePosition, signal: AbortSignal, cutAfter = events.length) {
    asked.push(position);
    const after = position.bootId === bootId ? position.seq : 0;
    const wanted = events.filter((event) => event.seq > after);
    const hello = { type: 'hello' as const, boot_id: bootId, last_seq: events.length, missed: 0 };
    async function* stream(): AsyncGenerator<AgentEvent> {
      yield* wanted.slice(0, cutAfter);
      if (cutAfter < wanted.length) throw new Error('the link broke');
      if (!signal.aborted) await once(signal, 'abort');
    }
    return { hello, events: stream() };
  }
  return { asked, open };
}

describe('runIntake', () => {
  it('stores everything once when the stream breaks in the middle', async () => {
    const seeded = await seedWorkspace(database.db);
    const events = Array.from({ length: 40 }, (_, i) => logLine(i + 1));
    const agent = eventSource('boot-1', events);
    let opened = 0;
    const stop = new AbortController();
    const done = runIntake(
      deps,
      {
        ...seeded,
        open: (position, signal) => agent.open(position, signal, opened++ === 0 ? 25 : undefined),
      },
      stop.signal,
    );
    await vi.waitFor(async () => expect((await outputs(seeded)).length).toBe(40), 10_000);
    stop.abort();
    await done;
    expect(await outputs(seeded)).toEqual(events.map((event) => (event as { output: string }).output));
    expect(agent.asked).toEqual([
      { bootId: null, seq: 0 },
      { bootId: 'boot-1', seq: 25 },
    ]);
    expect(await readRow(seeded)).toMatchObject({ boot_id: 'boot-1', last_event_seq: 40 });
  });

  it('begins at 0 again for a new run of the agent', async () => {
    const seeded = await seedWorkspace(database.db);
    await storeEvents(deps, seeded.agentId, 'old', [logLine(1), logLine(2)]);
    const agent = eventSource('new', [logLine(1, 'again')]);
    const stop = new AbortController();
    const done = runIntake(deps, { ...seeded, open: agent.open }, stop.signal);
    await vi.waitFor(async () => expect((await outputs(seeded)).length).toBe(3), 10_000);
    stop.abort();
    await done;
    expect(await outputs(seeded)).toEqual(['line 1', 'line 2', 'again']);
    expect(await readRow(seeded)).toMatchObject({ boot_id: 'new', last_event_seq: 1 });
  });

  it('passes on when the workspace was in use', async () => {
    const seeded = await seedWorkspace(database.db);
    const used: AgentEvent = {
      type: 'activity',
      seq: 1,
      at,
      running_processes: 1,
      terminals: 0,
      connections: 0,
    };
    const agent = eventSource('b', [used]);
    const stop = new AbortController();
    const done = runIntake(deps, { ...seeded, open: agent.open }, stop.signal);
    await vi.waitFor(() => expect(activity).toContain(`${seeded.workspaceId} ${at}`), 10_000);
    stop.abort();
    await done;
  });
});

describe('storeEvents', () => {
  it('skips what is stored already, so that two intakes of one agent double nothing', async () => {
    const seeded = await seedWorkspace(database.db);
    const batch = [logLine(1), logLine(2)];
    const results = await Promise.all([
      storeEvents(deps, seeded.agentId, 'b', batch),
      storeEvents(deps, seeded.agentId, 'b', batch),
    ]);
    expect(results.map((r) => r.stored).sort()).toEqual([0, 2]);
    expect(await outputs(seeded)).toHaveLength(2);
  });

  it('keeps the lifecycle, the health of its own apps, metadata and samples', async () => {
    const seeded = await seedWorkspace(database.db);
    const other = await seedWorkspace(database.db);
    const [mine, foreign] = [
      await seedApp(database.db, seeded, { slug: 'a' }),
      await seedApp(database.db, other, { slug: 'a' }),
    ];
    const sample = {
      at,
      source: 'cgroup' as const,
      cpu: { cores_used: 0.5, cores_limit: 2 },
      memory: { used_bytes: 10, limit_bytes: 20 },
      disk: { used_bytes: 30, limit_bytes: 40 },
      network: null,
      process_count: 3,
    };
    await storeEvents(deps, seeded.agentId, 'b', [
      { type: 'lifecycle', seq: 1, at, state: 'starting' },
      { type: 'lifecycle', seq: 2, at: '2026-01-02T03:04:09.000Z', state: 'ready' },
      { type: 'app_health', seq: 3, at, app_id: mine, health: 'healthy' },
      { type: 'app_health', seq: 4, at, app_id: foreign, health: 'unhealthy' },
      { type: 'app_health', seq: 5, at, app_id: 'not-an-id', health: 'unhealthy' },
      { type: 'metadata', seq: 6, at, key: 'load', value: 'a\0b', error: '' },
      {
        type: 'stats',
        seq: 7,
        at,
        sample: { ...sample, at: '2026-01-02T03:03:00.000Z', cpu: { cores_used: null, cores_limit: 2 } },
      },
      { type: 'stats', seq: 8, at, sample },
      logLine(9, 'nul \0 here'),
    ]);
    const row = await readRow(seeded);
    expect(row.lifecycle_state).toBe('ready');
    expect(row.started_at?.toISOString()).toBe(at);
    expect(row.ready_at?.toISOString()).toBe('2026-01-02T03:04:09.000Z');
    const health = await database.db.selectFrom('workspace_apps').select(['id', 'health']).execute();
    expect(health.find((app) => app.id === mine)?.health).toBe('healthy');
    expect(health.find((app) => app.id === foreign)?.health).toBe('disabled');
    const { agentId } = seeded;
    const metadata = await database.db
      .selectFrom('workspace_agent_metadata')
      .selectAll()
      .where('agent_id', '=', agentId)
      .execute();
    expect(metadata.map((m) => m.value)).toEqual(['a\uFFFDb']);
    const stats = await database.db
      .selectFrom('workspace_agent_stats')
      .selectAll()
      .where('agent_id', '=', agentId)
      .execute();
    expect(stats).toMatchObject([{ cpu_cores: 0.5, memory_bytes: 10, disk_bytes: 30, processes: 3 }]);
    expect(await outputs(seeded)).toEqual(['nul \uFFFD here']);
  });

  it('stops keeping log lines at 1 MiB and says so', async () => {
    const seeded = await seedWorkspace(database.db);
    const half = 'x'.repeat(MAX_LOG_BYTES / 2);
    await storeEvents(deps, seeded.agentId, 'b', [logLine(1, half)]);
    await storeEvents(deps, seeded.agentId, 'b', [logLine(2, half), logLine(3, 'y')]);
    await storeEvents(deps, seeded.agentId, 'b', [logLine(4, 'z')]);
    expect(await outputs(seeded)).toHaveLength(2);
    expect(await readRow(seeded)).toMatchObject({
      logs_length: MAX_LOG_BYTES,
      logs_overflowed: true,
      last_event_seq: 4,
    });
  });
});

describe('pruneStats', () => {
  it('deletes the samples of more than two hours ago', async () => {
    const { agentId, workspaceId } = await seedWorkspace(database.db);
    const now = deps.clock.now().getTime();
    const row = (minutes: number) => ({
      agent_id: agentId,
      workspace_id: workspaceId,
      at: new Date(now - minutes * 60_000),
      cpu_cores: 1,
      memory_bytes: 1,
      disk_bytes: 1,
      processes: 1,
    });
    await database.db
      .insertInto('workspace_agent_stats')
      .values([row(1), row(119), row(121)])
      .execute();
    expect(await pruneStats(deps)).toBe(1);
  });
});
