import { type RawRoutes, serveEventSocket, serveEvents, serveLines, uuidParameter } from '../http/index.ts';
import type { Workspaces } from './service.ts';

/** Serves the streams: a workspace as it changes, a build's log as it is written. */
export function serveWorkspaceStreams(
  { rawRoute, upgradeRoute }: Pick<RawRoutes, 'rawRoute' | 'upgradeRoute'>,
  { workspaces }: { workspaces: Workspaces },
): void {
  rawRoute('watchWorkspace', async ({ context, params, request }) => {
    const id = uuidParameter('workspace', params.workspace);
    context.workspaceId = id;
    return serveEvents(request.signal, (signal) => workspaces.watch(context.actor!, id, signal));
  });

  upgradeRoute('watchWorkspaceSocket', async ({ context, params, accept }) => {
    const id = uuidParameter('workspace', params.workspace);
    context.workspaceId = id;
    const follow = (signal: AbortSignal) => workspaces.watch(context.actor!, id, signal);
    await serveEventSocket(accept, follow, 'The workspace is deleted.');
  });

  upgradeRoute('followBuildLogs', async ({ context, params, query, accept }) => {
    const id = uuidParameter('build', params.build);
    const follow = (after: number, signal: AbortSignal) =>
      workspaces.followBuildLogs(context.actor!, id, after, signal);
    await serveLines({ query, accept }, follow, 'The build has ended.');
  });
}
