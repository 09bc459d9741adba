import type { Limits } from '../../provisioner.ts';

const periodMicroseconds = 100_000;

/** One file of a cgroup and what it is to hold. `optional`: not every kernel has it. */
export interface Setting {
  file: string;
  value: string;
  optional?: boolean;
}

/** What makes these limits true in a cgroup of this kind. */
export function limitSettings(version: 1 | 2, controllers: readonly string[], limits: Limits): Setting[] {
  const { cpuCores, memoryBytes, processes } = limits;
  const settings: Setting[] = [];
  if (controllers.includes('pids'))
    settings.push({ file: 'pids.max', value: processes === null ? 'max' : String(processes) });
  if (controllers.includes('cpu')) settings.push(...cpu(version, cpuCores));
  if (controllers.includes('memory')) settings.push(...memory(version, memoryBytes));
  return settings;
}

function cpu(version: 1 | 2, cores: number | null): Setting[] {
  const quota = cores === null ? null : Math.max(1000, Math.round(cores * periodMicroseconds));
  if (version === 2) return [{ file: 'cpu.max', value: `${quota ?? 'max'} ${periodMicroseconds}` }];
  return [
    { file: 'cpu.cfs_period_us', value: String(periodMicroseconds) },
    { file: 'cpu.cfs_quota_us', value: String(quota ?? -1) },
  ];
}

/** Swap is not added on top: a limit of 1 GiB means 1 GiB. */
function memory(version: 1 | 2, bytes: number | null): Setting[] {
  if (version === 2) {
    return [
      { file: 'memory.max', value: String(bytes ?? 'max') },
      { file: 'memory.swap.max', value: bytes === null ? 'max' : '0', optional: true },
    ];
  }
  const limit = { file: 'memory.limit_in_bytes', value: String(bytes ?? -1) };
  const withSwap = { file: 'memory.memsw.limit_in_bytes', value: String(bytes ?? -1), optional: true };
  // The kernel refuses, at every moment, a limit with swap that is below the one without.
  return bytes === null ? [withSwap, limit] : [{ ...withSwap, value: '-1' }, limit, withSwap];
}
