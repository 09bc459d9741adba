import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process as the machine knows it for good: numbers are used again, but not with the same start and boot. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the machine started, from `/proc/<pid>/stat`. */
  startTicks: string;
  /** The machine's boot, from `/proc/sys/kernel/random/boot_id`. */
  bootId: string;
}

export interface ProcessEntry {
  pid: number;
  parent: number;
  session: number;
  startTicks: string;
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

/** Reads one process; undefined when it is gone. A zombie has ended and is gone too. */
export function readProcess(pid: number): ProcessEntry | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command stands in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, parent: Number(fields[1]), session: Number(fields[3]), startTicks: fields[19] ?? '' };
}

/** Who has this process number now, or undefined if nobody does. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const entry = readProcess(pid);
  return entry && { pid, startTicks: entry.startTicks, bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && readProcess(identity.pid)?.startTicks === identity.startTicks;
}

/** Every process that this server can see, zombies left out. */
export function processTable(): ProcessEntry[] {
  return processNumbers()
    .map(readProcess)
    .filter((entry) => entry !== undefined);
}

/** The same without a look at each, zombies included. */
export function processNumbers(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The real user of a process. The owner of its folder in `/proc` will not do: that is root for some. */
export function userOf(pid: number): number | undefined {
  const match = readText(`/proc/${pid}/status`)?.match(/^Uid:\s+(\d+)/m);
  return match ? Number(match[1]) : undefined;
}

/** Whether the process was started with `assignment` (`NAME=value`) in its environment; false when we may not know. */
export function startedWith(pid: number, assignment: string): boolean {
  return readText(`/proc/${pid}/environ`)?.split('\0').includes(assignment) ?? false;
}

/** The pid namespace a process lives in, as `pid:[4026531836]`; undefined when we may not know. */
export function pidNamespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
