import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type * as z from 'zod';
import { AgentUnreachable, agentErrorFrom } from './agent-error.ts';
import { parts } from './parts.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /** How long the agent has to answer, beyond what the call itself waits. */
  deadlineMs?: number;
  /** Trailers follow the body. */
  waitForTrailers?: boolean;
}

export interface OpenCall {
  stream: ClientHttp2Stream;
  headers: IncomingHttpHeaders;
  /** Rejects with the reason when the stream was ended by the caller, the deadline or the link. */
  failure(): unknown;
}

export const DEFAULT_DEADLINE_MS = 30_000;
/** No answer of the agent to a plain call is longer. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

export type Query = Record<string, string | number | boolean | undefined>;

/** A path with its query; what is undefined is left out. */
export function withQuery(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

/**
 * Sends a request and returns once the answer's headers are there. A refusal rejects with AgentError; no answer with
 * AgentUnreachable. The deadline is only for the headers: a stream lives as long as it is read, or until the signal aborts.
 */
export function openCall(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  options: CallOptions,
  send: (stream: ClientHttp2Stream) => void,
): Promise<OpenCall> {
  const { signal, deadlineMs = DEFAULT_DEADLINE_MS, waitForTrailers = false } = options;
  if (signal?.aborted)
    return Promise.reject(
      new AgentUnreachable('aborted', 'The call was aborted before it was sent.', signal.reason),
    );
  if (session.closed || session.destroyed)
    return Promise.reject(new AgentUnreachable('closed', 'The workspace agent is not connected.'));
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: false, waitForTrailers });
    holdUntilRead(stream);
    let failure: unknown;
    let answered = false;
    const fail = (error: AgentUnreachable) => {
      failure ??= error;
      stream.close(constants.NGHTTP2_CANCEL);
      reject(failure);
    };
    const abort = () => fail(new AgentUnreachable('aborted', 'The call was aborted.', signal?.reason));
    const timer = setTimeout(
      () =>
        fail(
          new AgentUnreachable(
            'deadline',
            `The workspace agent did not answer within ${Math.round(deadlineMs / 1000)} s.`,
          ),
        ),
      deadlineMs,
    );
    signal?.addEventListener('abort', abort, { once: true });
    stream.on('error', (error) => {
      failure ??= new AgentUnreachable(
        'broken',
        'The link to the workspace agent broke during the call.',
        error,
      );
    });
    stream.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (answered && stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
      failure ??= new AgentUnreachable('closed', 'The link to the workspace agent closed during the call.');
      reject(failure);
    });
    stream.once('response', (answer) => {
      clearTimeout(timer);
      answered = true;
      const status = Number(answer[':status']);
      if (status >= 200 && status < 300) {
        resolve({ stream, headers: answer, failure: () => failure });
        return;
      }
      readAll(stream).then(
        (bytes) => reject(agentErrorFrom(status, bytes.toString('utf8'))),
        () => reject(agentErrorFrom(status, '')),
      );
    });
    send(stream);
  });
}

/**
 * Node throws away what a stream holds when it closes before anybody reads, and a short answer is whole before its
 * caller can. A paused stream is left alone; it flows as soon as somebody listens to its data.
 */
function holdUntilRead(stream: ClientHttp2Stream): void {
  stream.pause();
  stream.on('newListener', (event) => {
    if (event === 'data') process.nextTick(() => stream.resume());
  });
}

/** Reads a whole answer. Rejects when it breaks off or is too long. */
export async function readAll(stream: ClientHttp2Stream): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const part of parts(stream)) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) {
      stream.close(constants.NGHTTP2_CANCEL);
      throw new AgentUnreachable('broken', 'The workspace agent sent an answer that is too long.');
    }
    all.push(part);
  }
  return all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all);
}

/** One call with JSON both ways, the answer checked by its schema. The deadline covers the whole answer. */
export async function callJson<S extends z.ZodType>(
  session: ClientHttp2Session,
  method: string,
  path: string,
  answer: S,
  call: { query?: Query; body?: unknown } & CallOptions,
): Promise<z.output<S>> {
  const { query, body, ...options } = call;
  const headers: OutgoingHttpHeaders = { ':method': method, ':path': withQuery(path, query) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const open = await openCall(session, headers, options, (stream) =>
    stream.end(body === undefined ? undefined : JSON.stringify(body)),
  );
  let bytes: Buffer;
  try {
    bytes = await readAll(open.stream);
  } catch (error) {
    throw open.failure() ?? error;
  }
  const parsed = answer.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!parsed.success) {
    throw new AgentUnreachable(
      'broken',
      `The workspace agent's answer to ${method} ${path} is not what was agreed. Its version may differ from the server's.`,
      parsed.error,
    );
  }
  return parsed.data;
}
