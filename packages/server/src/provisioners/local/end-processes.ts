import { setTimeout as pause } from 'node:timers/promises';

export interface EndOptions {
  /** Finds what is alive now. */
  find: () => readonly number[];
  /** Those that must not be asked to end, because others would be left without them: they end last, or are killed. */
  spare?: readonly number[];
  /** What helps before the killing: forbidding new processes, killing a whole cgroup at once. */
  beforeKill?: () => void;
  /** How long they may take after SIGTERM, in milliseconds. */
  graceMs: number;
  /** How long SIGKILL may take to work, in milliseconds. */
  killMs: number;
}

const pollMs = 5;

/**
 * Ends processes: SIGTERM to all, SIGKILL to what is left after the grace, again and again until a look at the machine finds
 * none. Returns what is still there after the deadline: processes that the kernel does not let go, as on a dead disk.
 */
export async function endProcesses({
  find,
  spare = [],
  beforeKill,
  graceMs,
  killMs,
}: EndOptions): Promise<readonly number[]> {
  let left = find();
  if (left.length === 0) return left;
  for (const pid of left) if (!spare.includes(pid)) send(pid, 'SIGTERM');
  left = await waitUntilNone(find, graceMs);
  if (left.length === 0) return left;
  const deadline = performance.now() + killMs;
  while (left.length > 0 && performance.now() < deadline) {
    beforeKill?.();
    for (const pid of left) send(pid, 'SIGKILL');
    left = await waitUntilNone(find, 50);
  }
  return left;
}

async function waitUntilNone(
  find: () => readonly number[],
  milliseconds: number,
): Promise<readonly number[]> {
  const deadline = performance.now() + milliseconds;
  for (let left = find(); ; left = find()) {
    if (left.length === 0 || performance.now() >= deadline) return left;
    await pause(pollMs);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself, or, without an account of its own, is no longer ours to signal: the next look tells.
  }
}
