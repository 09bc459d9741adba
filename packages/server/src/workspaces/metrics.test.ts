import type { WorkspaceMetrics } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/index.ts';
import { judge } from './metrics.ts';
import { createWorld } from './testing/world.ts';

const GiB = 1024 ** 3;

describe('the metrics of a workspace', () => {
  it('are its newest sample and the last hour', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    const { id } = await world.created('web');
    const other = await world.created('api');
    const { id: agentId } = await world.db
      .selectFrom('workspace_agents')
      .select('id')
      .where('workspace_id', '=', id)
      .executeTakeFirstOrThrow();
    const sample = (minutesAgo: number, cpu: number, memory: number) => ({
      agent_id: agentId,
      workspace_id: id,
      at: new Date(clock.now().getTime() - minutesAgo * 60_000),
      cpu_cores: cpu,
      memory_bytes: memory,
      disk_bytes: 7,
      processes: 3,
    });
    await world.db
      .insertInto('workspace_agent_stats')
      .values([sample(61, 2, 500), sample(30, 1, 100), sample(1, 0.5, 300)])
      .execute();
    const { workspaces } = await world.workspaces.metrics(world.actor, { q: 'owner:me' });
    expect(workspaces.map((w) => w.workspace_name)).toEqual(['api', 'web']);
    expect(workspaces[0]).toMatchObject({
      workspace_id: other.id,
      now: null,
      hour: null,
      verdict: 'unknown',
    });
    expect(workspaces[1]).toMatchObject({
      limits: { cpu_cores: 2, memory_bytes: 512 * 1024 ** 2, disk_bytes: null },
      now: { cpu_cores: 0.5, memory_bytes: 300, disk_bytes: 7, processes: 3 },
      hour: {
        samples: 2,
        cpu_cores_average: 0.75,
        cpu_cores_max: 1,
        memory_bytes_average: 200,
        memory_bytes_max: 300,
      },
      verdict: 'normal',
      reason: expect.stringContaining('not been watched long enough'),
    });
    await world.built(id, 'stop');
    const stopped = await world.workspaces.metrics(world.actor, { q: 'name:web' });
    expect(stopped.workspaces[0]).toMatchObject({ status: 'stopped', now: null, verdict: 'unknown' });
  });

  const hour = (cpu: number, memory: number, disk: number, samples = 60): WorkspaceMetrics['hour'] => ({
    samples,
    cpu_cores_average: cpu,
    cpu_cores_max: cpu,
    memory_bytes_average: memory,
    memory_bytes_max: memory,
    disk_bytes_max: disk,
  });
  const now = { at: '', cpu_cores: 0, memory_bytes: 0, disk_bytes: 0, processes: 1 };
  const limits = { cpu_cores: 2, memory_bytes: 4 * GiB, disk_bytes: 10 * GiB };
  const none = { cpu_cores: null, memory_bytes: null, disk_bytes: null };

  const minute = 60_000;
  it.each([
    ['overloaded', limits, hour(0.1, 3.7 * GiB, 1), 60, 'Memory reached 93 % of its limit in the last hour.'],
    ['overloaded', limits, hour(0.1, GiB, 9.5 * GiB), 60, 'The disk is 95 % full'],
    ['overloaded', limits, hour(1.9, GiB, 1), 60, 'CPU was at 95 %'],
    ['overloaded', limits, hour(1.9, GiB, 1), 2.6, 'on average over the last 3 minutes.'],
    ['underused', limits, hour(0.01, 0.1 * GiB, 1), 60, 'at most 3 % of its memory over the last hour.'],
    ['underused', none, hour(0.01, GiB, 1), 59.7, 'It used 0.01 cores on average over the last hour.'],
    ['underused', none, hour(0.01, GiB, 1), 42, 'It used 0.01 cores on average over the last 42 minutes.'],
    ['normal', limits, hour(0.01, 0.1 * GiB, 1, 3), 60, 'not been watched long enough'],
    ['normal', limits, hour(0.01, 0.1 * GiB, 1, 12), 3, 'not been watched long enough'],
    ['normal', limits, hour(1, 2 * GiB, 1), 60, 'within its limits'],
    ['normal', none, hour(1, GiB, 1), 60, 'within its limits'],
  ] as const)('are %s with %j and %j in %d minutes', (verdict, its, use, minutes, reason) => {
    const observedMs = minutes * minute;
    expect(judge({ status: 'running', limits: its, now, hour: use, observedMs })).toEqual({
      verdict,
      reason: expect.stringContaining(reason),
    });
  });
});
