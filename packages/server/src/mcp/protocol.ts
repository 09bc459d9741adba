import { createSurfaces, createToolServer, type Selection, type ToolSession } from '@coder/tools/mcp';
import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpRequestContext,
  PROTOCOL_VERSION_META_KEY,
  readRequestBody,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { batchProblem, requestsIn } from './batches.ts';
import { createCallAudit } from './call-audit.ts';
import { waitWithin, withinTimeout } from './deadline.ts';
import type { McpDeps } from './deps.ts';
import { findRefusedCall } from './missing-scopes.ts';
import { clientFor, type McpRequest } from './session.ts';

/** The largest body of a request, in bytes. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export type McpProtocol = {
  /**
   * Answers a POST. `done` resolves when every call in it has ended, which may be after the answer has begun. `countMore` is
   * told how many requests it holds beyond the first, and throws when they are too many.
   */
  answer(
    request: Request,
    caller: McpRequest,
    selection: Selection,
    countMore: (count: number) => void,
  ): Promise<{ response: Response; done: Promise<unknown> }>;
  close(): Promise<void>;
};

/** Both eras of MCP over HTTP, without sessions: any replica can answer any request. */
export function createMcpProtocol(deps: McpDeps): McpProtocol {
  const { settings, clock, log, version } = deps;
  const surfaces = createSurfaces();
  const audited = createCallAudit(deps);
  const info = { name: 'Coder', version };
  const waitMs = waitWithin(settings.timeoutMs);
  const onerror = (error: Error) => log.debug({ err: error }, 'an MCP request was refused');

  function serverFor(caller: McpRequest, selection: Selection, running: Promise<unknown>[]): Server {
    const { permissions } = caller.actor.key;
    const session: ToolSession = {
      surface: surfaces(selection, permissions),
      client: caller.client,
      clientFor: (mark) => clientFor(deps, caller, mark),
      permissions,
      waitMs,
      now: () => clock.now().getTime(),
      around: (tool, args, run) => {
        const call = audited(caller, { tool, args, via: `mcp ${selection.toolset}` }, async (intent) => {
          const work = run((mark) => clientFor(deps, caller, { ...mark, intent }));
          running.push(work);
          const outcome = await withinTimeout(settings.timeoutMs, tool.name, () => work);
          if (outcome.failure !== undefined) logFailure(caller, tool.name, outcome.failure);
          return outcome;
        });
        return call;
      },
    };
    return createToolServer(info, session);
  }

  function logFailure(caller: McpRequest, tool: string, failure: unknown): void {
    log.debug({ err: failure, requestId: caller.info.id, tool }, 'a tool call failed');
  }

  // The library passes authInfo through to the factory untouched: it carries what has been verified before.
  const build = ({ authInfo }: McpRequestContext): Server => {
    const make = authInfo?.extra?.make;
    if (typeof make !== 'function') throw new Error('an MCP request came around the gate');
    return (make as () => Server)();
  };
  const modern = createMcpHandler(build, { legacy: 'reject', maxRequestBodySize: MAX_BODY_BYTES, onerror });
  const legacyStream = legacyStatelessFallback(build, onerror, { maxRequestBodySize: MAX_BODY_BYTES });

  return {
    close: () => modern.close(),
    async answer(request, caller, selection, countMore) {
      const running: Promise<unknown>[] = [];
      const make = () => serverFor(caller, selection, running);
      const response = await respond(request, caller, selection, make, countMore);
      return { response, done: Promise.allSettled(running) };
    },
  };

  async function respond(
    request: Request,
    caller: McpRequest,
    selection: Selection,
    make: () => Server,
    countMore: (count: number) => void,
  ): Promise<Response> {
    if (!isJsonContentType(request.headers.get('content-type'))) {
      return rpcError(415, -32_000, 'Unsupported Media Type: Content-Type must be application/json');
    }
    const text = await bodyOf(request);
    if (text === undefined) {
      return rpcError(
        413,
        -32_000,
        `The request body is larger than ${MAX_BODY_BYTES} bytes. Send less at once.`,
      );
    }
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return rpcError(400, -32_700, 'Parse error: the request body is not valid JSON');
    }
    const problem = batchProblem(body, request.headers);
    if (problem !== undefined) return rpcError(400, -32_600, problem);
    const more = requestsIn(body) - 1;
    if (more > 0) countMore(more);
    const refused = findRefusedCall(caller.actor, selection, body);
    if (refused) {
      const { error: failure, ...call } = refused;
      await audited(caller, { ...call, via: 'mcp' }, async () => ({
        result: { content: [{ type: 'text', text: failure.message }], isError: true },
        failure,
      }));
      throw failure;
    }
    const authInfo = { token: '', clientId: '', scopes: [], extra: { make } };
    if (claimsModernEra(body) || !(await isLegacyRequest(request, body))) {
      return modern.fetch(request, { authInfo, parsedBody: body });
    }
    // Only a stream can carry progress; everything else is one JSON answer.
    if (wantsProgress(body)) return legacyStream(withAccept(request), { authInfo, parsedBody: body });
    return answerLegacy(withAccept(request), make(), body);
  }
}

/** One request of the older era, answered by one JSON body. */
async function answerLegacy(request: Request, server: Server, parsedBody: unknown): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: true,
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody });
  } finally {
    await server.close();
  }
}

/** The body as text, or undefined when it is too large. */
async function bodyOf(request: Request): Promise<string | undefined> {
  const declared = request.headers.get('content-length');
  // With a declared length the platform's own reader is both safe and the fastest.
  if (declared !== null && Number(declared) <= MAX_BODY_BYTES) return request.text();
  const read = await readRequestBody(request, MAX_BODY_BYTES);
  return read.tooLarge ? undefined : read.text;
}

/** The library insists on both types; a caller that takes JSON gets JSON. */
function withAccept(request: Request): Request {
  const accept = request.headers.get('accept') ?? '';
  if (accept.includes('application/json') && accept.includes('text/event-stream')) return request;
  const headers = new Headers(request.headers);
  headers.set('accept', 'application/json, text/event-stream');
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** Whether the newer era's own mark stands in a message: then its handler judges the rest, and once is enough. */
function claimsModernEra(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { _meta?: object | null } | null };
  const meta = params?._meta;
  if (method === 'initialize' || typeof meta !== 'object' || meta === null) return false;
  return PROTOCOL_VERSION_META_KEY in meta;
}

function wantsProgress(body: unknown): boolean {
  const messages = Array.isArray(body) ? body : [body];
  return messages.some(
    (message: { params?: { _meta?: { progressToken?: unknown } } } | null) =>
      message?.params?._meta?.progressToken !== undefined,
  );
}

function rpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
}
