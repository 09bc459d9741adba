import { readFileSync } from 'node:fs';

/** A process as its number and the moment it started, so that a number used again is not taken for it. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the machine started, from `/proc/<pid>/stat`. */
  startTicks: string;
}

/** Who has this process number now, or undefined if nobody does. A zombie is nobody. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command stands in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether the very process still runs: another one that was given its number since is not it, and a zombie runs no more. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return processIdentity(pid)?.startTicks === startTicks;
}

/** The command line of a process, which unlike its links in `/proc` may be read by everyone; empty if it is gone. */
export function processArguments(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
