import type { Route } from '../http/server.ts';
import { workspaceProcesses } from '../processes/workspace.ts';
import { listeningPorts } from './listening.ts';

export function portRoutes(marker: string): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/ports',
      handler: () => ({
        body: { ports: listeningPorts(workspaceProcesses(marker).filter((p) => p.pid !== process.pid)) },
      }),
    },
  ];
}
