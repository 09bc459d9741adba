import { MARKER_VARIABLE } from './environment.ts';
import { descendants, hasEnvironment, type ProcEntry, readProcTable } from './proc-table.ts';

/**
 * The processes of this workspace, the agent included: what descends from the agent, and what carries its marker
 * although its parents are gone. Whoever else runs on the machine, even as the same user, is not among them.
 */
export function workspaceProcesses(marker: string, table: ProcEntry[] = readProcTable()): ProcEntry[] {
  const assignment = `${MARKER_VARIABLE}=${marker}`;
  const byDescent = descendants(table, [process.pid]);
  const left = table
    .filter((p) => !byDescent.has(p.pid) && hasEnvironment(p.pid, assignment))
    .map((p) => p.pid);
  const all = descendants(table, [...byDescent, ...left]);
  return table.filter((p) => all.has(p.pid));
}
