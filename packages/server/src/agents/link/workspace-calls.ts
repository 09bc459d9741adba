import type { ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import {
  AgentEvent,
  AgentInfo,
  agentPaths,
  EventsHello,
  type EventsQuery,
  encodeFrame,
  ManifestApplied,
  type ManifestInput,
  PortList,
  ShutdownAccepted,
  type ShutdownInput,
  StatsHistory,
  type StatsQuery,
  type TerminalAttachInput,
  TerminalFrame,
  TerminalList,
  type TerminalSize,
} from '@coder/api/agent';
import * as z from 'zod';
import { SOME, STATS } from './answer-limits.ts';
import { parts } from './parts.ts';
import { type CallOptions, callJson, openCall, withQuery } from './request.ts';
import { jsonLines } from './streams.ts';

/** One viewer's end of a terminal. */
export interface TerminalConnection {
  /** What the terminal shows, as raw bytes: first what it showed before, within bounds. Ends with the terminal. */
  output: AsyncIterable<Buffer>;
  /** The same as a stream that can be piped instead; write nothing to it directly. */
  stream: Duplex;
  /** Sends keystrokes. Returns false when the agent is slower; wait for `stream`'s drain then. */
  write(data: Uint8Array | string): boolean;
  resize(size: TerminalSize): void;
  /** Leaves; the terminal goes on. */
  close(): void;
}

export interface WorkspaceCalls {
  info(options?: CallOptions): Promise<AgentInfo>;
  applyManifest(manifest: ManifestInput, options?: CallOptions): Promise<ManifestApplied>;
  /** `hello` says what was missed; `events` goes on until the signal aborts or the link breaks. */
  events(
    query: EventsQuery,
    options?: CallOptions,
  ): Promise<{ hello: EventsHello; events: AsyncGenerator<AgentEvent> }>;
  shutdown(input?: ShutdownInput, options?: CallOptions): Promise<ShutdownAccepted>;
  ports(options?: CallOptions): Promise<PortList>;
  stats(query?: StatsQuery, options?: CallOptions): Promise<StatsHistory>;
  terminals(options?: CallOptions): Promise<TerminalList>;
  /** Joins the terminal with this id, or starts it. */
  attachTerminal(id: string, query?: TerminalAttachInput, options?: CallOptions): Promise<TerminalConnection>;
  endTerminal(id: string, options?: CallOptions): Promise<void>;
}

export function createWorkspaceCalls(session: ClientHttp2Session): WorkspaceCalls {
  return {
    info: (options) => callJson(session, 'GET', agentPaths.info, AgentInfo, { ...options }),
    applyManifest: (body, options) =>
      callJson(session, 'PUT', agentPaths.manifest, ManifestApplied, { ...options, body }),
    shutdown: (body = {}, options) =>
      callJson(session, 'POST', agentPaths.shutdown, ShutdownAccepted, { ...options, body }),
    ports: (options) => callJson(session, 'GET', agentPaths.ports, PortList, { ...options, limit: SOME }),
    stats: (query, options) =>
      callJson(session, 'GET', agentPaths.stats, StatsHistory, {
        ...options,
        query: { ...query },
        limit: STATS,
      }),
    terminals: (options) =>
      callJson(session, 'GET', agentPaths.terminals, TerminalList, { ...options, limit: SOME }),
    async endTerminal(id, options) {
      await callJson(session, 'DELETE', agentPaths.terminal(id), z.object({}), { ...options });
    },
    async events(query, options = {}) {
      const path = withQuery(agentPaths.events, { after: Number(query.after ?? 0), boot_id: query.boot_id });
      const call = await openCall(session, { ':method': 'GET', ':path': path }, options, (stream) =>
        stream.end(),
      );
      const lines = jsonLines(call);
      const hello = EventsHello.parse((await lines.next()).value);
      async function* events(): AsyncGenerator<AgentEvent> {
        for await (const line of lines) {
          // A newer agent may say things this server does not know.
          const event = AgentEvent.safeParse(line);
          if (event.success) yield event.data;
        }
      }
      return { hello, events: events() };
    },
    async attachTerminal(id, query = {}, options = {}) {
      const path = withQuery(agentPaths.terminal(id), {
        width: query.width as number | undefined,
        height: query.height as number | undefined,
        command: query.command,
      });
      const { stream } = await openCall(session, { ':method': 'POST', ':path': path }, options, () => {});
      return {
        output: parts(stream),
        stream,
        write: (data) => stream.write(encodeFrame(TerminalFrame.data, data)),
        resize(size) {
          stream.write(encodeFrame(TerminalFrame.resize, JSON.stringify(size)));
        },
        close: () => stream.close(),
      };
    },
  };
}
