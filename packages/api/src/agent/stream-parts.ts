/** What is used of an HTTP/2 stream of Node, so that this file needs no Node. */
type PartStream = {
  read(): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  readonly rstCode?: number | undefined;
};

const events = ['readable', 'end', 'close'];

/**
 * The bytes of an HTTP/2 stream, to its end; throws what `broken` makes when it breaks off before. (`for await` on the
 * stream itself does not do: it takes `closed`, which HTTP/2 sets when the last frame has arrived, for closed before it
 * was read.)
 */
export async function* streamParts<Part extends Uint8Array>(
  stream: PartStream,
  broken: () => Error,
): AsyncGenerator<Part> {
  let wake: () => void = () => {};
  const onEvent = () => wake();
  for (const event of events) stream.on(event, onEvent);
  try {
    for (;;) {
      const part = stream.read() as Part | null;
      if (part !== null) yield part;
      else if (stream.readableEnded) break;
      else if (stream.destroyed) throw broken();
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (stream.rstCode) throw broken();
  } finally {
    for (const event of events) stream.off(event, onEvent);
  }
}
