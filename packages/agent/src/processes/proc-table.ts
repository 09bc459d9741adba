import { readdirSync, readFileSync } from 'node:fs';

/** What /proc says of one process. */
export interface ProcEntry {
  pid: number;
  parent: number;
  group: number;
  session: number;
  state: string;
  name: string;
  /** Clock ticks in user and kernel mode so far, and since boot when it started. */
  cpuTicks: number;
  startTicks: number;
  residentPages: number;
}

/** Reads one process; undefined when it is gone. */
export function readProc(pid: number | string): ProcEntry | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name stands in brackets and may hold anything, brackets and spaces too.
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  return {
    pid: Number(text.slice(0, text.indexOf(' '))),
    name: text.slice(text.indexOf('(') + 1, close),
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: Number(fields[19]),
    residentPages: Number(fields[21]),
  };
}

/** So often /proc is listed for one table at most, should new processes come without end. */
const MAX_PASSES = 50;

/**
 * All processes that can be seen, dead ones that were not reaped left out. Takes about 20 µs a process. `each` is called
 * with one as soon as it is read. What begins meanwhile is in it, too: who starts another and ends would else never be seen.
 */
export function readProcTable(each?: (entry: ProcEntry) => void): ProcEntry[] {
  const entries: ProcEntry[] = [];
  const seen = new Set<string>();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const before = seen.size;
    for (const name of listProcesses()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const entry = readProc(name);
      if (!entry || entry.state === 'Z' || entry.state === 'X') continue;
      entries.push(entry);
      each?.(entry);
    }
    if (seen.size === before) break;
  }
  return entries;
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Whether the process was started with `NAME=value` in its environment; false when we may not know. */
export function hasEnvironment(pid: number, assignment: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    const at = environment.indexOf(assignment);
    if (at === -1 || (at > 0 && environment[at - 1] !== 0)) return false;
    const end = at + assignment.length;
    return end === environment.length || environment[end] === 0;
  } catch {
    return false;
  }
}

/** Of `table`, the processes that descend from `roots`, the roots included. */
export function descendants(table: ProcEntry[], roots: Iterable<number>): Set<number> {
  const children = new Map<number, number[]>();
  for (const entry of table) {
    const list = children.get(entry.parent);
    if (list) list.push(entry.pid);
    else children.set(entry.parent, [entry.pid]);
  }
  const found = new Set<number>(roots);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return found;
}
