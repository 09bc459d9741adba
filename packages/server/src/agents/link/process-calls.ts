import type { ClientHttp2Session } from 'node:http2';
import type { Readable } from 'node:stream';
import {
  agentPaths,
  frameDecoder,
  OutputGap,
  type OutputQuery,
  Process,
  ProcessFrame,
  ProcessList,
  type ProcessListQuery,
  ProcessOutput,
  ProcessResult,
  type SignalProcessInput,
  type StartProcessInput,
  StdinWritten,
  type TerminalSize,
} from '@coder/api/agent';
import { AgentError } from './agent-error.ts';
import { outputLimit, PROCESS, PROCESS_LIST } from './answer-limits.ts';
import { sendBody } from './body.ts';
import { parts } from './parts.ts';
import {
  type CallOptions,
  callJson,
  callJsonAhead,
  DEFAULT_DEADLINE_MS,
  openCall,
  readJson,
  withQuery,
} from './request.ts';

/** A part of a process's output as it comes; the last is always `exit`. */
export type ProcessStreamItem =
  | { type: 'stdout' | 'stderr'; data: Uint8Array }
  | { type: 'gap'; gap: OutputGap }
  | { type: 'exit'; process: Process };

export interface ProcessCalls {
  /**
   * Starts a command when `effectAfter` has resolved, or finds the one that has this id already. Nothing is started when that
   * rejects, and when the call is aborted before.
   */
  start(
    request: StartProcessInput,
    options?: CallOptions & { effectAfter?: Promise<void> },
  ): Promise<ProcessResult>;
  list(query?: ProcessListQuery, options?: CallOptions): Promise<ProcessList>;
  /** With waitMs, waits for its end so long. */
  get(id: string, waitMs?: number, options?: CallOptions): Promise<Process>;
  output(id: string, query?: OutputQuery, options?: CallOptions): Promise<ProcessOutput>;
  /** Everything from the cursor on, as it comes, until the process has ended. Leaving it does nothing to the process. */
  stream(id: string, after?: number, options?: CallOptions): AsyncGenerator<ProcessStreamItem>;
  /** Writes to its input; with `close`, ends the input after it. */
  stdin(
    id: string,
    data: Uint8Array | string | Readable,
    close?: boolean,
    options?: CallOptions,
  ): Promise<StdinWritten>;
  signal(id: string, request: SignalProcessInput, options?: CallOptions): Promise<Process>;
  resize(id: string, size: TerminalSize, options?: CallOptions): Promise<Process>;
}

/** The deadline of a call that itself waits in the agent. */
const beyond = (options: CallOptions | undefined, waitMs: number): CallOptions => ({
  ...options,
  deadlineMs: (options?.deadlineMs ?? DEFAULT_DEADLINE_MS) + waitMs,
});

export function createProcessCalls(session: ClientHttp2Session): ProcessCalls {
  return {
    async start(request, { effectAfter = Promise.resolve(), ...options } = {}) {
      const send = (body: StartProcessInput) =>
        callJsonAhead(session, agentPaths.processes, ProcessResult, {
          ...beyond(options, body.wait_ms ?? 0),
          body,
          limit: outputLimit(body.max_output_bytes),
          effectAfter,
        });
      try {
        return await send(request);
      } catch (error) {
        if (!(error instanceof AgentError && error.field === 'merge_stderr')) throw error;
        // An agent of an earlier version does not know it, and has done nothing: the order of the two outputs is then not kept.
        const { merge_stderr: _, ...known } = request;
        return send(known);
      }
    },
    list: (query, options) =>
      callJson(session, 'GET', agentPaths.processes, ProcessList, {
        ...options,
        query: { ...query },
        limit: PROCESS_LIST,
      }),
    get: (id, waitMs = 0, options) =>
      callJson(session, 'GET', agentPaths.process(id), Process, {
        ...beyond(options, waitMs),
        query: { wait_ms: waitMs },
        limit: PROCESS,
      }),
    output: (id, query = {}, options) =>
      callJson(session, 'GET', agentPaths.processOutput(id), ProcessOutput, {
        ...beyond(options, Number(query.wait_ms ?? 0)),
        query: query as Record<string, string | number>,
        limit: outputLimit(query.limit),
      }),
    signal: (id, body, options) =>
      callJson(session, 'POST', agentPaths.processSignal(id), Process, {
        ...beyond(options, body.wait_ms ?? 0),
        body,
        limit: PROCESS,
      }),
    resize: (id, body, options) =>
      callJson(session, 'POST', agentPaths.processResize(id), Process, { ...options, body, limit: PROCESS }),
    async stdin(id, data, close = false, options = {}) {
      const path = withQuery(agentPaths.processStdin(id), { close });
      // The answer comes when all is written, which may be long after: only the link's own death ends it before.
      const open = await openCall(
        session,
        { ':method': 'POST', ':path': path },
        { deadlineMs: 2_147_483_647, ...options },
        (stream) => sendBody(stream, data),
      );
      return readJson(open, StdinWritten, PROCESS);
    },
    async *stream(id, after = 0, options = {}) {
      const open = await openCall(
        session,
        { ':method': 'GET', ':path': withQuery(agentPaths.processStream(id), { after }) },
        options,
        (stream) => stream.end(),
      );
      const decode = frameDecoder();
      try {
        for await (const part of parts(open.stream)) {
          for (const { kind, payload } of decode(part)) {
            if (kind === ProcessFrame.stdout) yield { type: 'stdout', data: payload };
            else if (kind === ProcessFrame.stderr) yield { type: 'stderr', data: payload };
            else if (kind === ProcessFrame.gap)
              yield { type: 'gap', gap: OutputGap.parse(parseJson(payload)) };
            else if (kind === ProcessFrame.exit)
              yield { type: 'exit', process: Process.parse(parseJson(payload)) };
          }
        }
      } catch (error) {
        throw open.failure() ?? error;
      } finally {
        open.stream.close(8);
      }
    },
  };
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}
