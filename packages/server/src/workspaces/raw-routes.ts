import { ApiError, isUuid } from '@coder/api';
import type { RawRoutes } from '../http/index.ts';
import type { Workspaces } from './service.ts';

/** Often enough that no proxy on the way calls the connection idle. */
const keepAliveMs = 15_000;

/** Serves the streams: a workspace as it changes, a build's log as it is written. */
export function serveWorkspaceStreams(
  { rawRoute, upgradeRoute }: Pick<RawRoutes, 'rawRoute' | 'upgradeRoute'>,
  { workspaces }: { workspaces: Workspaces },
): void {
  rawRoute('watchWorkspace', async ({ context, params, request }) => {
    const id = uuidOf(params.workspace);
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

  upgradeRoute('followBuildLogs', async ({ context, params, url, accept }) => {
    const id = uuidOf(params.build);
    const after = Number(url.searchParams.get('after') ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) {
      throw new ApiError('VALIDATION_FAILED', {
        validations: [{ field: 'after', detail: 'must be the id of a line' }],
      });
    }
    const gone = new AbortController();
    const lines = await workspaces.followBuildLogs(context.actor!, id, after, gone.signal);
    const socket = await accept();
    socket.on('close', () => gone.abort());
    socket.on('error', () => gone.abort());
    try {
      for await (const line of lines) socket.send(JSON.stringify(line));
      socket.close(1000, 'The build has ended.');
    } catch {
      socket.close(1011, 'The log could not be read.');
    }
  });
}

function uuidOf(value: string | undefined): string {
  if (value !== undefined && isUuid(value)) return value.toLowerCase();
  throw new ApiError('VALIDATION_FAILED', { validations: [{ field: 'id', detail: 'must be a UUID' }] });
}
