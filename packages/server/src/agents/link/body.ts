import type { ClientHttp2Stream } from 'node:http2';
import { Readable } from 'node:stream';

/** Sends a request's body and ends it. A source that fails cancels the request, so that half is not taken for whole. */
export function sendBody(
  stream: ClientHttp2Stream,
  data: Uint8Array | string | Readable | AsyncIterable<Uint8Array>,
): void {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    stream.end(data);
    return;
  }
  const source = data instanceof Readable ? data : Readable.from(data);
  source.once('error', () => stream.close(8));
  // Only forwards: the answer's side of the stream stays open for whoever reads it.
  source.pipe(stream);
  stream.once('close', () => source.destroy());
}
