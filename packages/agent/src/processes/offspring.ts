import { openSync, readFileSync, writeSync } from 'node:fs';

/**
 * Forks what runs in the workspace so that it takes nothing from the agent: it is the first that the kernel ends when
 * memory is short, and counts against the limit of processes, above which the agent has a reserve.
 */
export interface Offspring {
  /** Calls `start`, which must fork before it returns. What it forks is set apart from its first instruction. */
  fork<T>(start: () => T): T;
  /**
   * The same where `start` also makes threads of the agent, which must not be counted with the commands: what is started
   * goes to them by itself, before it becomes `argv`.
   */
  forkWithThreads<T>(argv: string[], start: (argv: string[]) => T): T;
}

/** What the calling thread takes on for the moment of a fork, because a fork inherits it. */
interface Switch {
  set(): void;
  unset(): void;
}

/** A share of the memory in thousandths that the kernel adds to what a process has, when it chooses which to end. */
const EXPENDABLE = '1000';
const SCORE_FILE = '/proc/self/oom_score_adj';
const ENTER = '{ echo 0 > "$0"; } 2>/dev/null; exec "$@"';
const none: Switch = { set() {}, unset() {} };

/**
 * `tasksFiles` is `<own>:<commands>`: the files by which a thread enters the agent's own cgroup and that of the
 * commands, where there are two. What the system does not allow is left out.
 */
export function createOffspring(tasksFiles: string | undefined, log: (message: string) => void): Offspring {
  const [own = '', commands = ''] = tasksFiles?.split(':') ?? [];
  const score = usable(log, () => {
    const given = readFileSync(SCORE_FILE, 'latin1').trim();
    const file = openSync(SCORE_FILE, 'w');
    // A process may make itself more expendable, and take that back.
    return { set: () => writeSync(file, EXPENDABLE), unset: () => writeSync(file, given) };
  });
  const group = usable(log, () => {
    if (commands === '') return none;
    const [home, away] = [openSync(own, 'w'), openSync(commands, 'w')];
    // A thread that moves itself does so in 10 µs. To move the new process afterwards takes the kernel milliseconds, in
    // which it can fork.
    return { set: () => writeSync(away, '0'), unset: () => writeSync(home, '0') };
  });

  function within<T>(switches: readonly Switch[], start: () => T): T {
    for (const each of switches) quietly(each.set);
    try {
      return start();
    } finally {
      for (const each of switches) quietly(each.unset);
    }
  }

  return {
    fork: (start) => within([score, group], start),
    forkWithThreads: (argv, start) =>
      within([score], () => start(group === none ? argv : ['/bin/sh', '-c', ENTER, commands, ...argv])),
  };
}

/** A switch that has worked once, or none. */
function usable(log: (message: string) => void, make: () => { set(): unknown; unset(): unknown }): Switch {
  try {
    const made = make();
    made.set();
    made.unset();
    return made as Switch;
  } catch (error) {
    log(`commands are not set apart from the agent: ${(error as Error).message}`);
    return none;
  }
}

/** A command that is not set apart is better than none. */
function quietly(change: () => void): void {
  try {
    change();
  } catch {
    // The cgroup is gone: the workspace is being stopped.
  }
}
