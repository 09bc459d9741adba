import { ApiError } from '@coder/api';
import { type RawRoutes, serveLines, uuidParameter } from '../http/index.ts';
import type { Workspaces } from './service.ts';

/** Often enough that no proxy on the way calls the connection idle. */
const keepAliveMs = 15_000;

/** Serves the streams: a workspace as it changes, a build's log as it is written. */
export function serveWorkspaceStreams(
  { rawRoute, upgradeRoute }: Pick<RawRoutes, 'rawRoute' | 'upgradeRoute'>,
  { workspaces }: { workspaces: Workspaces },
): void {
  rawRoute('watchWorkspace', async ({ context, params, request }) => {
    const id = uuidParameter('workspace', params.workspace);
    context.workspaceId = id;
    const gone = new AbortController();
    const signal = AbortSignal.any([request.signal, gone.signal]);
    const states = workspaces.watch(context.actor!, id, signal);
    // The first one is read here, so that what may not be seen is an ordinary error answer.
    const first = await states.next();
    const encoder = new TextEncoder();
    let timer: NodeJS.Timeout | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (event: string, data?: unknown) =>
          controller.enqueue(
            encoder.encode(`event: ${event}\ndata: ${data === undefined ? '' : JSON.stringify(data)}\n\n`),
          );
        timer = setInterval(() => send('ping'), keepAliveMs);
        void (async () => {
          try {
            if (!first.done) send('data', first.value);
            for await (const workspace of states) send('data', workspace);
            controller.close();
          } catch (error) {
            if (!signal.aborted) {
              send('error', error instanceof ApiError ? error.body() : new ApiError('INTERNAL').body());
              controller.close();
            }
          } finally {
            clearInterval(timer);
          }
        })();
      },
      cancel() {
        clearInterval(timer);
        gone.abort();
      },
    });
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      },
    });
  });

  upgradeRoute('followBuildLogs', async ({ context, params, query, accept }) => {
    const id = uuidParameter('build', params.build);
    const follow = (after: number, signal: AbortSignal) =>
      workspaces.followBuildLogs(context.actor!, id, after, signal);
    await serveLines({ query, accept }, follow, 'The build has ended.');
  });
}
