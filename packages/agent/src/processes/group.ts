import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalProcess } from '@coder/api/agent';
import { descendants, hasEnvironment, type ProcEntry, readProcTable } from './proc-table.ts';

/** The processes that one start brought about, however far they went from it. */
export interface ProcessGroup {
  /** Those alive now, the first process included. */
  members(): number[];
  /** Sends a signal to each; returns how many besides the first process got it. */
  signal(signal: NodeJS.Signals): number;
  /** TERM to all, KILL after the grace to what is left, until nothing is. Returns how many besides the first process were ended. */
  end(graceMs: number): Promise<number>;
}

const POLL_MS = 15;
/** After so many rounds of KILL what is left is not ours to kill, or cannot die (a dead disk): we stop trying. */
const KILL_ROUNDS = 60;

/**
 * Members are found three ways: as descendants of the first process, by its session (it leads one), and by a variable
 * in their environment, which also finds those that left the session and whose parent is gone.
 * `leaderAlive` says whether `pid` is still that first process; a reused number must not be hit.
 */
export function processGroup(pid: number, marker: string, leaderAlive: () => boolean): ProcessGroup {
  const members = (table = readProcTable()) => {
    const alive = leaderAlive();
    const marked = table.filter(
      (p) =>
        p.pid !== process.pid &&
        ((alive && (p.session === pid || p.group === pid)) || hasEnvironment(p.pid, marker)),
    );
    const found = descendants(
      table,
      marked.map((p) => p.pid),
    );
    if (alive) for (const p of descendants(table, [pid])) found.add(p);
    else found.delete(pid);
    found.delete(process.pid);
    return [...found];
  };

  const send = (target: number, signal: NodeJS.Signals): boolean => {
    try {
      process.kill(target, signal);
      return true;
    } catch {
      // It ended by itself in the meantime, or belongs to someone else.
      return false;
    }
  };

  /** Sends a signal to all; returns those it was sent to. */
  const strike = (name: NodeJS.Signals): number[] => {
    const table = readProcTable();
    const found = members(table);
    // The kernel reaches a whole group at once, so that none can fork its way past us, however fast.
    for (const group of groupsOf(table, found)) send(-group, name);
    return found.filter((member) => (member === pid ? leaderAlive() : send(member, name)));
  };

  return {
    members: () => members(),
    signal: (name) => strike(name).filter((member) => member !== pid).length,
    async end(graceMs) {
      const reached = new Set<number>();
      if (graceMs > 0) {
        for (const member of strike('SIGTERM')) reached.add(member);
        const deadline = performance.now() + graceMs;
        while (performance.now() < deadline && members().length > 0) {
          await sleep(Math.min(POLL_MS, Math.max(1, deadline - performance.now())));
        }
      }
      for (let round = 0; round < KILL_ROUNDS; round++) {
        const left = strike('SIGKILL');
        if (left.length === 0) break;
        for (const member of left) reached.add(member);
        await sleep(round < 5 ? 2 : POLL_MS);
      }
      reached.delete(pid);
      return reached.size;
    },
  };
}

const gone = () => false;

/** Those that a process has left behind which has ended itself. */
export const leftBehind = (pid: number, marker: string): ProcessGroup => processGroup(pid, marker, gone);

/**
 * Does what a request for a signal asks; `kill` is how the whole group is ended. Returns how many besides the first process got
 * the signal, where `kill` does not count them itself.
 */
export async function signalGroup(
  group: ProcessGroup,
  { signal, kill_after_ms }: SignalProcess,
  kill: () => Promise<void>,
): Promise<number> {
  if (signal === 'KILL') {
    await kill();
    return 0;
  }
  const reached = group.signal(`SIG${signal}`);
  if (kill_after_ms !== undefined) {
    setTimeout(() => {
      if (group.members().length > 0) void kill();
    }, kill_after_ms).unref();
  }
  return reached;
}

/** The process groups that these processes are in. All in one are of one session, and so came from the same start. */
function groupsOf(table: readonly ProcEntry[], pids: readonly number[]): Set<number> {
  const own = table.find((entry) => entry.pid === process.pid)?.group;
  const wanted = new Set(pids);
  const groups = table.filter((entry) => wanted.has(entry.pid)).map((entry) => entry.group);
  return new Set(groups.filter((group) => group !== own && group > 1));
}
