import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type AgentErrorCode, agentErrorStatus } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import { createRequest, type Handler, respondJson } from './request.ts';

/** `GET /v1/processes/:id`: a segment that begins with a colon is a parameter. */
export interface Route {
  method: string;
  path: string;
  handler: Handler;
}

type Connect = (stream: ServerHttp2Stream, authority: string) => void;

interface Compiled {
  segments: string[];
  handler: Handler;
}

function compile(routes: Route[]): Map<string, Compiled[]> {
  const byMethod = new Map<string, Compiled[]>();
  for (const { method, path, handler } of routes) {
    const list = byMethod.get(method) ?? [];
    list.push({ segments: path.split('/'), handler });
    byMethod.set(method, list);
  }
  return byMethod;
}

function match(compiled: Compiled, segments: string[]): Record<string, string> | undefined {
  if (compiled.segments.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, expected] of compiled.segments.entries()) {
    const actual = segments[i] as string;
    if (expected.startsWith(':')) params[expected.slice(1)] = decodeURIComponent(actual);
    else if (expected !== actual) return undefined;
  }
  return params;
}

function refuse(stream: ServerHttp2Stream, error: unknown, report: (error: unknown) => void): void {
  const known = error instanceof AgentFault;
  if (!known) {
    // A caller that went away makes pending reads fail; that is its own doing.
    if (stream.destroyed || stream.aborted) return;
    report(error);
  }
  const fault = known
    ? error
    : new AgentFault(
        'internal',
        `The agent failed: ${error instanceof Error ? error.message : 'unknown error'}. Try again; if it stays so, look into the agent's log.`,
      );
  if (stream.headersSent) {
    stream.close(2);
    return;
  }
  const code: AgentErrorCode = fault.code;
  respondJson(stream, agentErrorStatus[code], fault.toBody());
  // The rest of a body that nobody reads must not fill the link's window.
  stream.resume();
}

/** Windows that let one transfer fill a link with a round trip of tens of milliseconds. */
const STREAM_WINDOW = 1024 * 1024;
const SESSION_WINDOW = 8 * 1024 * 1024;

/**
 * The agent's side of the link: an HTTP/2 server that is handed connections rather than listening.
 * `report` gets errors nobody expected.
 */
export function createAgentServer(options: {
  routes: Route[];
  connect: Connect;
  report: (error: unknown) => void;
}): Http2Server {
  const table = compile(options.routes);
  const server = createServer({
    settings: { initialWindowSize: STREAM_WINDOW, maxConcurrentStreams: 4_096, enablePush: false },
    maxSessionMemory: 256,
    // The one peer is the control plane, which cancels many waits at once when it stops.
    streamResetBurst: 100_000,
    streamResetRate: 100_000,
  });
  server.on('session', (session) => {
    session.setLocalWindowSize(SESSION_WINDOW);
    session.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // Errors of a stream are about a caller that went away, and are seen as its `close`.
    stream.on('error', () => {});
    // Node throws away what a stream holds when it closes before anybody reads.
    stream.pause();
    const method = headers[':method'] as string;
    if (method === 'CONNECT') {
      options.connect(stream, String(headers[':authority'] ?? ''));
      return;
    }
    const [path = '', search = ''] = String(headers[':path'] ?? '').split('?', 2);
    void dispatch(stream, headers, method, path, search);
  });

  async function dispatch(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    method: string,
    path: string,
    search: string,
  ) {
    try {
      const segments = path.split('/');
      for (const route of table.get(method) ?? []) {
        const params = match(route, segments);
        if (!params) continue;
        const answer = await route.handler(createRequest(stream, headers, search, params));
        if (answer) respondJson(stream, answer.status ?? 200, answer.body);
        return;
      }
      throw new AgentFault(
        'not_found',
        `The agent has no ${method} ${path}. Its version may differ from the server's.`,
      );
    } catch (error) {
      refuse(stream, error, options.report);
    }
  }
  return server;
}
