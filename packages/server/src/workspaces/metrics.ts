import type { WorkspaceMetrics } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { WorkspacesDeps } from './deps.ts';
import { latestBuilds } from './read/build-rows.ts';
import { pageOf } from './read/list.ts';
import { buildStatus } from './status.ts';

/** What counts as too much and too little, in one place. Shares are of the workspace's limit. */
const usageThresholds = {
  overloaded: { cpuAverage: 0.9, memoryMax: 0.9, disk: 0.9 },
  underused: { cpuAverage: 0.05, memoryMax: 0.2 },
  /** Where no limit is set: cores in use on average below which nothing goes on. */
  idleCores: 0.02,
  /** Less than this is not enough to call a workspace underused: few samples, or all of them of a short time. */
  minSamples: 10,
  minObservedMs: 30 * 60_000,
} as const;

const hourMs = 60 * 60_000;
const defaultLimit = 100;

type UsageRow = {
  workspace_id: string;
  cpu_limit: number | null;
  memory_limit: number | null;
  disk_limit: number | null;
  at: Date | null;
  /** Of the oldest sample that counts. */
  since: Date | null;
  cpu_cores: number;
  memory_bytes: number;
  disk_bytes: number;
  processes: number;
  samples: number;
  cpu_average: number;
  cpu_max: number;
  memory_average: number;
  memory_max: number;
  disk_max: number;
};

/** Resource use, now and over the last hour, of the workspaces that `q` selects; four statements in all. */
export async function workspaceMetrics(
  deps: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>,
  actor: Actor,
  { q = '', limit = defaultLimit }: { q?: string | undefined; limit?: number | undefined },
): Promise<{ workspaces: WorkspaceMetrics[] }> {
  const { rows } = await pageOf(deps, actor, q, limit, 0);
  const ids = rows.map((row) => row.id);
  const [builds, usage] = await Promise.all([latestBuilds(deps.db, ids), loadUsage(deps, ids)]);
  const workspaces = rows.flatMap((row): WorkspaceMetrics[] => {
    const build = builds.get(row.id);
    if (!build) return [];
    const status = buildStatus(build.transition, build.job_status);
    const its = usage.get(row.id);
    const limits = {
      cpu_cores: its?.cpu_limit ?? null,
      memory_bytes: its?.memory_limit ?? null,
      disk_bytes: its?.disk_limit ?? null,
    };
    const now = status === 'running' ? currentOf(its) : null;
    const hour = hourOf(its);
    const observedMs = its?.since ? deps.clock.now().getTime() - its.since.getTime() : 0;
    return [
      {
        workspace_id: row.id,
        workspace_name: row.name,
        owner_name: row.owner_name,
        status,
        limits,
        now,
        hour,
        ...judge({ status, limits, now, hour, observedMs }),
      },
    ];
  });
  return { workspaces };
}

async function loadUsage(
  { db, clock }: Pick<WorkspacesDeps, 'db' | 'clock'>,
  ids: readonly string[],
): Promise<Map<string, UsageRow>> {
  if (ids.length === 0) return new Map();
  const since = new Date(clock.now().getTime() - hourMs);
  const { rows } = await sql<UsageRow>`
    select wanted.id as workspace_id, limits.*, latest.*, hour.*
    from unnest(${ids}::uuid[]) as wanted (id)
    left join lateral (
      select sum(cpu_limit)::float8 as cpu_limit, sum(memory_limit)::float8 as memory_limit,
        max(disk_limit)::float8 as disk_limit
      from workspace_agents a where a.build_id = (
        select id from workspace_builds where workspace_id = wanted.id and transition = 'start' and not withdrawn
        order by build_number desc limit 1)
    ) limits on true
    left join lateral (
      select at, cpu_cores::float8 as cpu_cores, memory_bytes, disk_bytes, processes from workspace_agent_stats
      where workspace_id = wanted.id and at > ${since} order by at desc limit 1
    ) latest on true
    left join lateral (
      select count(*) as samples, min(at) as since, avg(cpu_cores)::float8 as cpu_average, max(cpu_cores)::float8 as cpu_max,
        avg(memory_bytes)::float8 as memory_average, max(memory_bytes) as memory_max, max(disk_bytes) as disk_max
      from workspace_agent_stats where workspace_id = wanted.id and at > ${since}
    ) hour on true`.execute(db);
  return new Map(rows.map((row) => [row.workspace_id, row]));
}

function currentOf(usage: UsageRow | undefined): WorkspaceMetrics['now'] {
  if (!usage?.at) return null;
  const { at, cpu_cores, memory_bytes, disk_bytes, processes } = usage;
  return { at: at.toISOString(), cpu_cores, memory_bytes, disk_bytes, processes };
}

function hourOf(usage: UsageRow | undefined): WorkspaceMetrics['hour'] {
  if (!usage || usage.samples === 0) return null;
  return {
    samples: usage.samples,
    cpu_cores_average: usage.cpu_average,
    cpu_cores_max: usage.cpu_max,
    memory_bytes_average: Math.round(usage.memory_average),
    memory_bytes_max: usage.memory_max,
    disk_bytes_max: usage.disk_max,
  };
}

/** Too much, too little or right, and why. What is not known is said to be unknown. */
export function judge({
  status,
  limits,
  now,
  hour,
  observedMs,
}: Pick<WorkspaceMetrics, 'status' | 'limits' | 'now' | 'hour'> & { observedMs: number }): Pick<
  WorkspaceMetrics,
  'verdict' | 'reason'
> {
  if (status !== 'running')
    return { verdict: 'unknown', reason: `The workspace is ${status}, so it uses nothing.` };
  if (!now || !hour)
    return { verdict: 'unknown', reason: 'The agent has not reported any use in the last hour.' };
  const { overloaded, underused, idleCores, minSamples, minObservedMs } = usageThresholds;
  const time = observedTime(observedMs);
  const cpu = share(hour.cpu_cores_average, limits.cpu_cores);
  const memory = share(hour.memory_bytes_max, limits.memory_bytes);
  const disk = share(hour.disk_bytes_max, limits.disk_bytes);
  if (memory !== null && memory >= overloaded.memoryMax) {
    return {
      verdict: 'overloaded',
      reason: `Memory reached ${percent(memory)} of its limit in the last ${time}.`,
    };
  }
  if (disk !== null && disk >= overloaded.disk) {
    return { verdict: 'overloaded', reason: `The disk is ${percent(disk)} full.` };
  }
  if (cpu !== null && cpu >= overloaded.cpuAverage) {
    return {
      verdict: 'overloaded',
      reason: `CPU was at ${percent(cpu)} of its limit on average over the last ${time}.`,
    };
  }
  if (hour.samples < minSamples || observedMs < minObservedMs) {
    return {
      verdict: 'normal',
      reason: 'Nothing is short, and it has not been watched long enough to say more.',
    };
  }
  const cpuIdle = cpu === null ? hour.cpu_cores_average < idleCores : cpu < underused.cpuAverage;
  const memoryIdle = memory === null || memory < underused.memoryMax;
  if (cpuIdle && memoryIdle) {
    const cores = `${Math.round(hour.cpu_cores_average * 1000) / 1000} cores`;
    const limit = memory === null ? '' : ` and at most ${percent(memory)} of its memory`;
    return { verdict: 'underused', reason: `It used ${cores} on average${limit} over the last ${time}.` };
  }
  return { verdict: 'normal', reason: 'Use is within its limits.' };
}

const share = (used: number, limit: number | null) => (limit === null || limit <= 0 ? null : used / limit);
/** How long there are samples of, for "in the last …": the newest is from a moment ago, the oldest at most an hour old. */
function observedTime(observedMs: number): string {
  const minutes = Math.round(observedMs / 60_000);
  if (minutes >= 59) return 'hour';
  return minutes <= 1 ? 'minute' : `${minutes} minutes`;
}
const percent = (part: number) => `${Math.round(part * 100)} %`;
