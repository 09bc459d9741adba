import type { Route } from '../http/server.ts';
import type { ProcEntry } from '../processes/proc-table.ts';
import { workspaceProcesses } from '../processes/workspace.ts';
import { listeningPorts } from './listening.ts';

/** The processes whose ports are the workspace's: all of its own but the agent. */
export function servingProcesses(marker: string): ProcEntry[] {
  return workspaceProcesses(marker).filter(({ pid }) => pid !== process.pid);
}

export function portRoutes(marker: string): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/ports',
      handler: () => ({ body: { ports: listeningPorts(servingProcesses(marker)) } }),
    },
  ];
}
