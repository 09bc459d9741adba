import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { AgentFault } from '../fault.ts';
import { bodyParts, brokenOff } from './body.ts';

/** The longest JSON body that is read into memory; larger content goes through upload. */
const MAX_BODY_BYTES = 48 * 1024 * 1024;

/** One call to the agent. */
export interface AgentRequest {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  /** The query as plain strings; a name given twice keeps its last value. */
  readonly query: Record<string, string>;
  readonly params: Record<string, string>;
  /** Aborts when the caller goes away, so that no wait outlives it. */
  readonly signal: AbortSignal;
  /** Reads the body as JSON; an empty one is `{}`. */
  json(): Promise<unknown>;
  /**
   * The body as JSON as soon as all of it is there, by its length. The request itself may end later: until `whole` resolves
   * nothing may happen, and when it rejects the caller has gone and nothing is to.
   */
  jsonAhead(): Promise<{ value: unknown; whole: Promise<void> }>;
}

export type Answer = { status?: number; body: unknown };
/** Returns what to answer as JSON, or undefined when it has answered on the stream itself. */
export type Handler = (request: AgentRequest) => Promise<Answer | undefined> | Answer | undefined;

/** Reads so many bytes, or to the end. */
async function readBody(source: AsyncIterator<Buffer>, length = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  while (size < length) {
    const { value: part, done } = await source.next();
    if (done) break;
    size += part.length;
    if (size > MAX_BODY_BYTES) {
      throw new AgentFault(
        'too_large',
        `The request is longer than ${MAX_BODY_BYTES} bytes. Use upload for large files.`,
      );
    }
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw new AgentFault('invalid_input', 'The body is not valid JSON.', { cause });
  }
}

export function createRequest(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  search: string,
  params: Record<string, string>,
): AgentRequest {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  return {
    stream,
    headers,
    params,
    query: search === '' ? {} : Object.fromEntries(new URLSearchParams(search)),
    signal: gone.signal,
    json: async () => parseBody(await readBody(bodyParts(stream))),
    async jsonAhead() {
      const length = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
      const source = bodyParts(stream);
      const body = await readBody(source, length);
      const whole = readBody(source).then(() => {
        // A stream that was reset without an error has ended as well, but its request has not.
        if (stream.closed || stream.aborted || stream.destroyed) throw brokenOff();
      });
      whole.catch(() => {});
      return { value: parseBody(body), whole };
    },
  };
}

/** Answers with JSON, unless the caller has gone or the answer has begun. */
export function respondJson(
  stream: ServerHttp2Stream,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ':status': status, 'content-type': 'application/json', ...headers });
  stream.end(JSON.stringify(body));
}

/** Writes and waits while the caller is slower than we are. Returns false when the caller has gone. */
export async function writeWithBackpressure(
  stream: ServerHttp2Stream,
  bytes: Uint8Array | string,
): Promise<boolean> {
  if (stream.destroyed || stream.writableEnded) return false;
  if (stream.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
  return !stream.destroyed;
}
