import { createHash } from 'node:crypto';
import type { ClientHttp2Stream } from 'node:http2';
import { Readable } from 'node:stream';
import { SHA256_TRAILER } from '@coder/api/agent';

export type Body = Uint8Array | string | Readable | AsyncIterable<Uint8Array>;

/**
 * Sends a request's body and ends it. A source that fails destroys the request, so that half is not taken for whole: `close`
 * would not do, since Node ends the body before it resets the stream, and the agent may meet that end first.
 */
export function sendBody(stream: ClientHttp2Stream, data: Body): void {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    stream.end(data);
    return;
  }
  const source = data instanceof Readable ? data : Readable.from(data);
  source.once('error', (error) => stream.destroy(error));
  // Only forwards: the answer's side of the stream stays open for whoever reads it.
  source.pipe(stream);
  stream.once('close', () => source.destroy());
}

/**
 * As {@link sendBody}, with the sum of what was sent behind it, against which the agent checks what has arrived before it keeps
 * anything. The request must have been opened with `waitForTrailers`.
 */
export function sendSummedBody(stream: ClientHttp2Stream, data: AsyncIterable<Uint8Array>): void {
  const hash = createHash('sha256');
  stream.once('wantTrailers', () => stream.sendTrailers({ [SHA256_TRAILER]: hash.digest('hex') }));
  async function* summed() {
    for await (const part of data) {
      hash.update(part);
      yield part;
    }
  }
  sendBody(stream, summed());
}
