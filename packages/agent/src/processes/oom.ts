import { readFileSync } from 'node:fs';

/** `name 12` lines, as in memory.events and /proc/vmstat. */
function counter(file: string, name: string): number | undefined {
  try {
    const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(file, 'latin1'));
    return match ? Number(match[1]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How many processes the kernel has killed for want of memory: in our cgroup where it counts them, otherwise on the
 * machine. Only its growth around a SIGKILL that nobody sent means something.
 */
export function oomKills(cgroupFolder: string | undefined): number {
  if (cgroupFolder) {
    const own =
      counter(`${cgroupFolder}/memory.events`, 'oom_kill') ??
      counter(`${cgroupFolder}/memory.oom_control`, 'oom_kill');
    if (own !== undefined) return own;
  }
  return counter('/proc/vmstat', 'oom_kill') ?? 0;
}
