import type { Http2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import { AgentUnreachable } from './agent-error.ts';

/**
 * The bytes of an HTTP/2 stream, to its end; throws when it breaks off before. (`for await` on the stream itself does
 * not do: it takes `closed`, which HTTP/2 sets when the last frame has arrived, for closed before it was read.)
 */
export async function* parts(stream: Http2Stream & Readable): AsyncGenerator<Buffer> {
  let wake: () => void = () => {};
  const onEvent = () => wake();
  for (const event of ['readable', 'end', 'close']) stream.on(event, onEvent);
  try {
    for (;;) {
      const part = stream.read() as Buffer | null;
      if (part !== null) yield part;
      else if (stream.readableEnded) break;
      else if (stream.destroyed)
        throw new AgentUnreachable('broken', 'The answer of the workspace agent broke off.');
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (stream.rstCode) throw new AgentUnreachable('broken', 'The answer of the workspace agent broke off.');
  } finally {
    for (const event of ['readable', 'end', 'close']) stream.off(event, onEvent);
  }
}
