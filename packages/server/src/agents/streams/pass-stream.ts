import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/**
 * A request's body as a Node stream; an empty one when there is none. A client may break it off before anybody reads it, or when
 * nobody will: that is no error of the server's, so it is not left without a listener.
 */
export function bodyOf(request: Request): Readable {
  if (!request.body) return Readable.from([]);
  const body = Readable.fromWeb(request.body as unknown as NodeReadableStream<Uint8Array>);
  body.on('error', () => {});
  return body;
}

/**
 * An answer that is streamed part by part: the next part is asked for when the client has room, so a slow client slows the agent
 * and nothing piles up here. When the client goes, the source is ended, and with it the request to the agent.
 */
export function streamResponse(
  source: AsyncGenerator<Uint8Array>,
  headers: Record<string, string>,
  status = 200,
): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(brokenOff(error));
        }
      },
      async cancel() {
        await source.return(undefined).catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers });
}

/**
 * What ends an answer that has begun: its reader sees a connection that breaks. Node's adapter writes it to standard error,
 * where a line is enough for what happens whenever a workspace or the server stops in the middle.
 */
function brokenOff(cause: unknown): Error {
  const error = new Error(cause instanceof Error ? cause.message : 'An answer broke off.');
  error.stack = `an answer broke off: ${error.message}`;
  return error;
}
