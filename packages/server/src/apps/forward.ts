import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

export type AppCall = {
  /** A connection to the app's port. */
  readonly tunnel: Duplex;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
};

/** An HTTP/1.1 request over a tunnel of its own, which ends with it. */
export function openRequest({ tunnel, method, path, headers, signal }: AppCall): ClientRequest {
  return httpRequest({ createConnection: () => tunnel, method, path, headers, signal, setHost: false });
}

/** Sends a request with its body and resolves with the answer's head. Rejects when the app does not answer HTTP. */
export function exchange(call: AppCall, body: ReadableStream<Uint8Array> | null): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = openRequest(call);
  outgoing.once('response', resolve);
  outgoing.on('error', reject);
  if (body === null) outgoing.end();
  else {
    const source = Readable.fromWeb(body as unknown as NodeReadableStream<Uint8Array>);
    source.on('error', (error) => outgoing.destroy(error));
    outgoing.on('close', () => source.destroy());
    source.pipe(outgoing);
  }
  return promise;
}

/** The header fields of an answer, each as often as it came. */
export function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  }
  return headers;
}

const bodyless = new Set([204, 205, 304]);

/** An app's answer as ours: its body is streamed, and an app that breaks off breaks ours off too. */
export function responseOf(answer: IncomingMessage, headers: Headers, method: string): Response {
  const status = answer.statusCode ?? 502;
  if (method === 'HEAD' || bodyless.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  const body = Readable.toWeb(answer, {
    strategy: { highWaterMark: 0 },
  }) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, { status, statusText: answer.statusMessage ?? '', headers });
}
