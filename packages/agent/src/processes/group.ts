import { setTimeout as sleep } from 'node:timers/promises';
import { descendants, hasEnvironment, readProcTable } from './proc-table.ts';

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
  const members = () => {
    const table = readProcTable();
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

  const signal = (name: NodeJS.Signals) => {
    const found = members();
    // The kernel reaches the whole group at once, so that none can fork its way past us.
    if (leaderAlive()) send(-pid, name);
    let others = 0;
    for (const member of found) {
      const sent = member === pid ? leaderAlive() : send(member, name);
      if (sent && member !== pid) others += 1;
    }
    return others;
  };

  return {
    members,
    signal,
    async end(graceMs) {
      const reached = new Set<number>(members());
      if (graceMs > 0) {
        signal('SIGTERM');
        const deadline = performance.now() + graceMs;
        while (performance.now() < deadline && members().length > 0) {
          await sleep(Math.min(POLL_MS, Math.max(1, deadline - performance.now())));
        }
      }
      for (let round = 0; round < KILL_ROUNDS; round++) {
        const left = members();
        if (left.length === 0) break;
        for (const member of left) reached.add(member);
        signal('SIGKILL');
        await sleep(round < 5 ? 2 : POLL_MS);
      }
      reached.delete(pid);
      return reached.size;
    },
  };
}
