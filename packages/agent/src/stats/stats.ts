import { readFileSync, readlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { StatsQuery, type StatsSample } from '@coder/api/agent';
import { parse } from '../http/parse.ts';
import type { Route } from '../http/server.ts';
import { workspaceProcesses } from '../processes/workspace.ts';
import { type Cgroup, cgroupCpu, cgroupMemory } from './cgroup.ts';
import { createFolderSize } from './folder-size.ts';

const HOUR_MS = 3_600_000;
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;
const FIRST_COUNT_MS = 2_000;

export interface StatsOptions {
  marker: string;
  cgroup: Cgroup | undefined;
  home: string;
  now: () => number;
  intervalMs: number;
  signal: AbortSignal;
  onSample: (sample: StatsSample) => void;
}

/** Bytes through the interfaces of a network namespace of our own; null in the machine's, where they are everybody's. */
function networkBytes(): StatsSample['network'] {
  try {
    // Process 1 of the machine is in its first namespace; where we cannot see that, /proc is our own and so is the network.
    if (readlinkSync('/proc/1/ns/net') === readlinkSync('/proc/self/ns/net') && process.pid !== 1)
      return null;
    let received = 0;
    let sent = 0;
    for (const line of readFileSync('/proc/self/net/dev', 'latin1').split('\n').slice(2)) {
      const [name, rest] = line.split(':');
      if (!rest || name?.trim() === 'lo') continue;
      const fields = rest.trim().split(/\s+/).map(Number);
      received += fields[0] ?? 0;
      sent += fields[8] ?? 0;
    }
    return { received_bytes: received, sent_bytes: sent };
  } catch {
    return null;
  }
}

/** Processor seconds of processes that come and go: grows only by what each living one has used since it was last seen. */
function processorSum(): (processes: { pid: number; startTicks: number; cpuTicks: number }[]) => number {
  let known = new Map<string, number>();
  let total = 0;
  return (processes) => {
    const next = new Map<string, number>();
    for (const p of processes) {
      const key = `${p.pid}-${p.startTicks}`;
      total += Math.max(0, p.cpuTicks - (known.get(key) ?? 0));
      next.set(key, p.cpuTicks);
    }
    known = next;
    return total / TICKS_PER_SECOND;
  };
}

export function createStats(options: StatsOptions): { routes: Route[] } {
  const { cgroup, now } = options;
  const samples: StatsSample[] = [];
  const sumProcessor = processorSum();
  let before: { at: number; seconds: number } | undefined;
  const homeSize = createFolderSize(options.home, now);

  /** What the home takes, and what it could take: the file system holds more than this workspace, mostly. */
  async function measureDisk(): Promise<StatsSample['disk']> {
    const counted = homeSize.refresh();
    // The first answer waits for what is quick to count.
    if (homeSize.bytes() === undefined) await Promise.race([counted, sleep(FIRST_COUNT_MS)]);
    const disk = await statfs(options.home).catch(() => undefined);
    const used_bytes = homeSize.bytes() ?? 0;
    return { used_bytes, limit_bytes: disk ? used_bytes + disk.bavail * disk.bsize : 0 };
  }

  async function measure(): Promise<StatsSample> {
    const processes = workspaceProcesses(options.marker);
    const disk = await measureDisk();
    const memory = cgroup ? cgroupMemory(cgroup) : { used: undefined, limit: undefined };
    const cpu = cgroup ? cgroupCpu(cgroup) : { seconds: undefined, cores: undefined };
    const summed = sumProcessor(processes);
    const seconds = cpu.seconds ?? summed;
    const at = performance.now();
    const passed = before ? (at - before.at) / 1000 : 0;
    const used = before && passed >= 0.1 ? Math.max(0, seconds - before.seconds) / passed : null;
    if (!before || passed >= 0.1) before = { at, seconds };
    return {
      at: new Date(now()).toISOString(),
      source: memory.used !== undefined ? 'cgroup' : 'processes',
      cpu: {
        cores_used: used === null ? (samples.at(-1)?.cpu.cores_used ?? null) : Math.round(used * 1000) / 1000,
        cores_limit: Math.min(cpu.cores ?? Number.POSITIVE_INFINITY, availableParallelism()),
      },
      memory: {
        used_bytes: memory.used ?? processes.reduce((sum, p) => sum + p.residentPages, 0) * PAGE_BYTES,
        limit_bytes: Math.min(memory.limit ?? Number.POSITIVE_INFINITY, totalmem()),
      },
      disk,
      network: networkBytes(),
      process_count: processes.length,
    };
  }

  function keep(sample: StatsSample): void {
    samples.push(sample);
    const oldest = now() - HOUR_MS;
    while (samples.length > 0 && Date.parse((samples[0] as StatsSample).at) < oldest) samples.shift();
  }

  const timer = setInterval(() => {
    void measure().then((sample) => {
      if (options.signal.aborted) return;
      keep(sample);
      options.onSample(sample);
    });
  }, options.intervalMs);
  timer.unref();
  options.signal.addEventListener('abort', () => clearInterval(timer), { once: true });

  return {
    routes: [
      {
        method: 'GET',
        path: '/v1/stats',
        async handler({ query }) {
          const { since } = parse(StatsQuery, query);
          const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
          const current = await measure();
          return {
            body: {
              current,
              samples: samples.filter((s) => Date.parse(s.at) > from),
              interval_ms: options.intervalMs,
            },
          };
        },
      },
    ],
  };
}
