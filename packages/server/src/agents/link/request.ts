import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type * as z from 'zod';
import { AgentError, AgentUnreachable, agentErrorFrom, LinkFault } from './agent-error.ts';
import { type AnswerLimit, SHORT, SOME } from './answer-limits.ts';
import { checkAnswer } from './check-answer.ts';
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

export type Query = Record<string, string | number | boolean | undefined>;

/** A path with its query; what is undefined is left out. */
export function withQuery(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

const late = (deadlineMs: number): AgentUnreachable =>
  new AgentUnreachable(
    'deadline',
    `The workspace agent did not answer within ${Math.round(deadlineMs / 1000)} s.`,
  );

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
      // Not `close`, which ends a body that is still on its way as if it were whole.
      stream.destroy(error);
      reject(failure);
    };
    const abort = () => fail(new AgentUnreachable('aborted', 'The call was aborted.', signal?.reason));
    const timer = setTimeout(() => fail(late(deadlineMs)), deadlineMs);
    signal?.addEventListener('abort', abort, { once: true });
    stream.on('error', (error) => {
      failure ??=
        error instanceof AgentUnreachable
          ? error
          : new AgentUnreachable('broken', 'The link to the workspace agent broke during the call.', error);
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
      readAll(stream, SOME).then(
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

/** Reads a whole answer. Rejects when it breaks off or is too long; see {@link AnswerLimit}. */
export async function readAll(stream: ClientHttp2Stream, limit: AnswerLimit): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const part of parts(stream)) {
    size += part.length;
    if (size > limit.bytes) {
      const most = `more than the ${limit.bytes} bytes that such an answer may have`;
      if (limit.over === 'close') throw endLink(stream, `answered a call with ${most}`);
      stream.close(constants.NGHTTP2_CANCEL);
      throw new AgentError({
        code: 'too_large',
        message: `The workspace has ${most}. Ask for less at once.`,
      });
    }
    all.push(part);
  }
  return all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all);
}

/** Kept here, since a session that is destroyed tells of its error only after its connection has closed. */
const faults = new WeakMap<ClientHttp2Session, LinkFault>();

/** Why a link was ended, if it was for what came over it. */
export const faultOf = (session: ClientHttp2Session): LinkFault | undefined => faults.get(session);

/** Ends the whole link because of what came over it; returns what the call fails with. */
export function endLink(stream: ClientHttp2Stream, what: string): AgentUnreachable {
  // What came over a link that is over already has no session any more.
  const session = stream.session as ClientHttp2Session | undefined;
  const fault = new LinkFault(`the agent ${what}`);
  if (session) faults.set(session, fault);
  session?.destroy(fault);
  return new AgentUnreachable('wrong', `The link to the workspace agent was ended: the agent ${what}.`);
}

/** Reads a JSON answer, checked by its schema; of what is no such thing it says so. */
export async function readJson<S extends z.ZodType>(
  open: OpenCall,
  answer: S,
  limit: AnswerLimit,
): Promise<z.output<S>> {
  const bytes = await readAll(open.stream, limit).catch((error: unknown) => {
    throw error instanceof AgentError ? error : (open.failure() ?? error);
  });
  let cause: unknown;
  try {
    const parsed = checkAnswer(answer, JSON.parse(bytes.toString('utf8')));
    if (parsed.success) return parsed.data;
    cause = parsed.error;
  } catch (error) {
    cause = error;
  }
  throw new AgentUnreachable(
    'wrong',
    "The workspace agent's answer is not what was agreed. Its version may differ from the server's.",
    cause,
  );
}

/** One call with JSON both ways, the answer checked by its schema. The deadline covers the whole answer. */
export async function callJson<S extends z.ZodType>(
  session: ClientHttp2Session,
  method: string,
  path: string,
  answer: S,
  call: { query?: Query; body?: unknown; limit?: AnswerLimit } & CallOptions,
): Promise<z.output<S>> {
  const { query, body, limit = SHORT, ...options } = call;
  const headers: OutgoingHttpHeaders = { ':method': method, ':path': withQuery(path, query) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  return answerOf(session, headers, answer, limit, options, (stream) =>
    stream.end(body === undefined ? undefined : JSON.stringify(body)),
  );
}

/**
 * As {@link callJson}, for a route of the agent that does nothing before its request has ended: the body is sent at once, and the
 * end when `effectAfter` resolves. When that rejects the request is reset, and has no effect. By the body's length the agent
 * knows that it has all of it, and prepares what the end then sets off.
 */
export async function callJsonAhead<S extends z.ZodType>(
  session: ClientHttp2Session,
  path: string,
  answer: S,
  call: CallOptions & { body: unknown; limit: AnswerLimit; effectAfter: Promise<void> },
): Promise<z.output<S>> {
  const { body, limit, effectAfter, ...options } = call;
  const bytes = Buffer.from(JSON.stringify(body));
  const headers: OutgoingHttpHeaders = {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/json',
    'content-length': bytes.length,
  };
  let refused: { why: unknown } | undefined;
  // It may fail when the call has failed before it.
  effectAfter.catch(() => {});
  try {
    return await answerOf(session, headers, answer, limit, options, (stream) => {
      stream.write(bytes);
      effectAfter.then(
        () => stream.end(),
        (why: unknown) => {
          refused = { why };
          // Not `close`, which ends the request before it resets it.
          stream.destroy(new Error('the request must have no effect'));
        },
      );
    });
  } catch (error) {
    throw refused ? refused.why : error;
  }
}

/** Sends a request and reads its JSON answer, the whole of which has to come within the deadline. */
async function answerOf<S extends z.ZodType>(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  answer: S,
  limit: AnswerLimit,
  options: CallOptions,
  send: (stream: ClientHttp2Stream) => void,
): Promise<z.output<S>> {
  const { deadlineMs = DEFAULT_DEADLINE_MS } = options;
  const started = performance.now();
  const open = await openCall(session, headers, options, send);
  const left = Math.max(0, deadlineMs - (performance.now() - started));
  const timer = setTimeout(() => open.stream.destroy(late(deadlineMs)), left);
  try {
    return await readJson(open, answer, limit);
  } finally {
    clearTimeout(timer);
  }
}
