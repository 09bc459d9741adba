import type { ServerHttp2Stream } from 'node:http2';
import { AgentFault } from '../fault.ts';

/**
 * The bytes of a request, to their end; throws when the caller goes away before. (`for await` on the stream itself does
 * not do: it takes `closed`, which HTTP/2 sets when the last frame has arrived, for closed before it was read.)
 */
export async function* bodyParts(stream: ServerHttp2Stream): AsyncGenerator<Buffer> {
  let wake: () => void = () => {};
  const onEvent = () => wake();
  for (const event of ['readable', 'end', 'close']) stream.on(event, onEvent);
  try {
    for (;;) {
      const part = stream.read() as Buffer | null;
      if (part !== null) yield part;
      else if (stream.readableEnded) break;
      else if (stream.destroyed)
        throw new AgentFault(
          'invalid_input',
          'The request broke off before its end; nothing of it was done. Send it again.',
        );
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (stream.rstCode)
      throw new AgentFault(
        'invalid_input',
        'The request broke off before its end; nothing of it was done. Send it again.',
      );
  } finally {
    for (const event of ['readable', 'end', 'close']) stream.off(event, onEvent);
  }
}
