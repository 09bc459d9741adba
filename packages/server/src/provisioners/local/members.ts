import {
  type ProcessEntry,
  pidNamespaceOf,
  processTable,
  readProcess,
  startedWith,
  userOf,
} from './process-table.ts';

/** By what the processes of one workspace are known. */
export interface Belonging {
  /** The account that is this workspace's alone, or undefined when it shares the server's. */
  uid: number | undefined;
  /** `NAME=value`, in the environment of all that the agent starts. */
  marker: string;
  /** What was started directly and is still the same process. */
  roots: readonly number[];
  /** What the cgroups say. */
  cgroupProcesses: readonly number[];
}

/**
 * Every living process of a workspace, however it got away from the agent: by its account, its cgroup, its pid namespace,
 * its environment, its session or its ancestors. An account of its own or a cgroup leaves no way out; the others are for
 * servers that can give neither.
 */
export function membersOf({ uid, marker, roots, cgroupProcesses }: Belonging): number[] {
  const table = processTable();
  const found = new Set([...roots, ...cgroupProcesses].filter((pid) => readProcess(pid)));
  for (const { pid, session } of table) {
    if (pid === process.pid) continue;
    if (uid !== undefined ? userOf(pid) === uid : roots.includes(session) || startedWith(pid, marker))
      found.add(pid);
  }
  addNamespaces(table, found);
  addDescendants(table, found);
  found.delete(process.pid);
  return [...found];
}

function addNamespaces(table: readonly ProcessEntry[], found: Set<number>): void {
  const own = pidNamespaceOf('self');
  const namespaces = new Set(
    [...found].map(pidNamespaceOf).filter((name) => name !== undefined && name !== own),
  );
  if (namespaces.size === 0) return;
  for (const { pid } of table) if (namespaces.has(pidNamespaceOf(pid))) found.add(pid);
}

function addDescendants(table: readonly ProcessEntry[], found: Set<number>): void {
  const children = Map.groupBy(table, (entry) => entry.parent);
  // A set that grows while it is walked is walked to its new end.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child.pid);
}
