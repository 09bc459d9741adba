import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalProcess } from '@coder/api/agent';
import { descendants, hasEnvironment, type ProcEntry, readProcTable } from './proc-table.ts';

/** The processes that one start brought about, however far they went from it. */
export interface ProcessGroup {
  /** Those alive now, the first process included. */
  members(): number[];
  /** Sends a signal to each. */
  signal(signal: NodeJS.Signals): void;
  /** TERM to all, KILL after the grace to what is left, until nothing is and what they took can be had again. */
  end(graceMs: number): Promise<void>;
  /** To be told when the first process has ended: its number may be another's from then on. */
  leaderEnded(): void;
  /** How many besides the first process have been sent a signal so far. */
  readonly reached: number;
}

const POLL_MS = 15;
/** After so many rounds of KILL what is left is not ours to kill, or cannot die (a dead disk): we stop trying. */
const KILL_ROUNDS = 60;
/**
 * Who sees nobody may have looked just between two that live a moment each, and looks once more; who sees some that were gone when they
 * were to be struck looks so often.
 */
const ENOUGH_MISSES = 10;
/**
 * The dead count against the limit of processes until they are reaped. That is another's work (process 1's), which a container
 * without an init does late or never: it is waited for only where as many have died as may fill a limit.
 */
const MANY = 50;
const REAPED_WITHIN_MS = 2_000;

/**
 * Members are found three ways: as descendants of the first process, by its session (it leads one), and by a variable
 * in their environment, which also finds those that left the session and whose parent is gone.
 */
export function processGroup(pid: number, marker: string): ProcessGroup {
  const reached = new Set<number>();
  const struck = new Set<number>();
  let alive = true;

  /** All processes that can be seen, and those of them that are members. */
  const look = () => {
    const marked: number[] = [];
    // Asked right after it was seen: what forks and ends without pause would be gone at the end of the table.
    const table = readProcTable((p) => {
      if (p.pid === process.pid) return;
      if ((alive && (p.session === pid || p.group === pid)) || hasEnvironment(p.pid, marker))
        marked.push(p.pid);
    });
    const found = descendants(table, marked);
    if (alive) for (const p of descendants(table, [pid])) found.add(p);
    else found.delete(pid);
    found.delete(process.pid);
    return { table, found: [...found] };
  };

  const members = () => look().found;

  const send = (target: number, signal: NodeJS.Signals | 0): boolean => {
    try {
      process.kill(target, signal);
      return true;
    } catch {
      // It ended by itself in the meantime, or belongs to someone else.
      return false;
    }
  };

  /** Sends a signal to all; `vanished` are those that were seen and had gone when it was sent, or are not ours to send it to. */
  const strike = (name: NodeJS.Signals): 'nobody' | 'vanished' | 'struck' => {
    const { table, found } = look();
    if (found.length === 0) return 'nobody';
    // The kernel reaches a whole group at once, so that none can fork its way past us, however fast.
    const groups = [...groupsOf(table, found)].filter((group) => send(-group, name));
    for (const group of groups) struck.add(group);
    const others = found.filter((member) => member !== pid && send(member, name));
    for (const member of others) reached.add(member);
    const any = groups.length > 0 || others.length > 0 || (alive && found.includes(pid));
    return any ? 'struck' : 'vanished';
  };

  /** Until nobody, the dead included, is left in the groups that were sent a signal: who starts the next process has its place. */
  const reaped = async () => {
    if (reached.size < MANY) return;
    const deadline = performance.now() + REAPED_WITHIN_MS;
    for (const group of struck) {
      while (send(-group, 0) && performance.now() < deadline) await sleep(POLL_MS);
    }
  };

  return {
    members,
    signal: (name) => void strike(name),
    async end(graceMs) {
      // A number that was struck earlier may be another's by now.
      struck.clear();
      if (graceMs > 0) {
        strike('SIGTERM');
        const deadline = performance.now() + graceMs;
        while (performance.now() < deadline && members().length > 0) {
          await sleep(Math.min(POLL_MS, Math.max(1, deadline - performance.now())));
        }
      }
      for (let round = 0, misses = 0; round < KILL_ROUNDS && misses < ENOUGH_MISSES; round++) {
        const outcome = strike('SIGKILL');
        misses = outcome === 'struck' ? 0 : misses + (outcome === 'nobody' ? ENOUGH_MISSES / 2 : 1);
        if (misses < ENOUGH_MISSES) await sleep(round < 5 ? 2 : POLL_MS);
      }
      await reaped();
    },
    leaderEnded() {
      alive = false;
    },
    get reached() {
      return reached.size;
    },
  };
}

/** What a process's description says of what it `maybe` left behind; the look that tells is taken only then. */
export function leftRunning(maybe: boolean, group: ProcessGroup): { left_running?: true } {
  return maybe && group.members().length > 0 ? { left_running: true } : {};
}

/** Does what a request for a signal asks; `kill` is how the whole group is ended. */
export async function signalGroup(
  group: ProcessGroup,
  { signal, kill_after_ms }: SignalProcess,
  kill: () => Promise<void>,
): Promise<void> {
  if (signal === 'KILL') {
    await kill();
    return;
  }
  group.signal(`SIG${signal}`);
  if (kill_after_ms === undefined) return;
  setTimeout(() => {
    if (group.members().length > 0) void kill();
  }, kill_after_ms).unref();
}

/** The process groups that these processes are in. All in one are of one session, and so came from the same start. */
function groupsOf(table: readonly ProcEntry[], pids: readonly number[]): Set<number> {
  const own = table.find((entry) => entry.pid === process.pid)?.group;
  const wanted = new Set(pids);
  const groups = table.filter((entry) => wanted.has(entry.pid)).map((entry) => entry.group);
  return new Set(groups.filter((group) => group !== own && group > 1));
}
