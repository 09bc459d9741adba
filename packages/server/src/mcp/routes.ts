import { ApiError, MCP_PATH, suggestedScopes } from '@coder/api';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import {
  challengeFor,
  createConcurrencyLimiter,
  errorResponse,
  type HttpContext,
  type HttpEnv,
  PROTECTED_RESOURCE_PATH,
  toApiError,
} from '../http/index.ts';
import { createCallAudit } from './call-audit.ts';
import { createExecute, listQuery, listWorkspaces } from './conveniences.ts';
import type { McpDeps } from './deps.ts';
import { createGate, hasToken } from './gate.ts';
import { createMcpProtocol } from './protocol.ts';
import { createSelect, requireTool, selectionHeaders } from './selection.ts';
import type { McpRequest } from './session.ts';
import { statusOf } from './status.ts';

export type McpRoutes = {
  /** To be mounted at {@link MCP_PATH}. */
  readonly routes: Hono<HttpEnv>;
  /** Ends the streams that clients hold open. */
  close(): Promise<void>;
};

/** MCP over HTTP with its status page and its two REST conveniences. */
export function createMcpRoutes(deps: McpDeps): McpRoutes {
  const gate = createGate(deps);
  const places = createConcurrencyLimiter(deps.settings.maxRequests);
  const protocol = createMcpProtocol(deps);
  const select = createSelect();
  const execute = createExecute(deps, createCallAudit(deps));
  const resourceMetadata = `${deps.accessUrl}${PROTECTED_RESOURCE_PATH}${MCP_PATH}`;
  const routes = new Hono<HttpEnv>();

  /** Who calls, once every check has passed. */
  async function admit(c: HttpContext): Promise<McpRequest> {
    const actor = await gate.authenticate(c);
    gate.rate(actor);
    const info = c.get('requestInfo');
    const caller = { actor, requestId: info.id, ip: info.ip, userAgent: info.userAgent };
    return { actor, info, client: deps.clientFor(caller) };
  }

  /** Runs while there is a place for it, and for as many more as it takes, which it keeps until `done`. */
  async function withPlace(
    work: (takeMore: (count: number) => void) => Promise<{ response: Response; done?: Promise<unknown> }>,
  ) {
    const taken: (() => void)[] = [];
    const release = () => {
      for (const giveBack of taken.splice(0)) giveBack();
    };
    const take = (count: number) => {
      for (let i = 0; i < count; i++) {
        const giveBack = places.tryAcquire();
        if (giveBack) taken.push(giveBack);
        else throw tooManyAtOnce(deps.settings.maxRequests);
      }
    };
    try {
      take(1);
      const { response, done } = await work(take);
      if (done) void done.then(release, release);
      else release();
      return response;
    } catch (error) {
      release();
      throw error;
    }
  }

  function refusal(thrown: unknown, c: HttpContext): Response {
    const { id } = c.get('requestInfo');
    const error = toApiError(thrown, id);
    if (error.status >= 500 && error.code === 'INTERNAL') {
      deps.log.error({ err: error.cause ?? error, requestId: id }, 'an MCP request failed');
    }
    const challenge = challengeFor(error, resourceMetadata, suggestedScopes);
    return errorResponse(error, challenge === undefined ? {} : { 'WWW-Authenticate': challenge });
  }
  /** An error handler of these routes would do the same, at the price of one more chain of handlers for each of a request's. */
  const answered = (work: (c: HttpContext) => Promise<Response>) => (c: HttpContext) =>
    work(c).catch((thrown: unknown) => refusal(thrown, c));
  const withCors = cors({
    origin: (origin) => (gate.isOriginAllowed(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    allowHeaders: corsHeaders,
    exposeHeaders: ['WWW-Authenticate', 'Retry-After', 'Mcp-Session-Id'],
    maxAge: 600,
  });
  routes.use((c, next) => {
    c.set('routePattern', MCP_PATH);
    try {
      gate.experiments();
      gate.hostAndOrigin(c);
    } catch (error) {
      return Promise.resolve(refusal(error, c));
    }
    // Only a browser sends an origin. Headers that are set before the answer is there make the platform copy it, as a stream,
    // which costs every other client a tenth of its calls.
    if (c.req.header('origin') !== undefined) return withCors(c, next);
    c.env?.outgoing?.setHeader('Vary', 'Origin');
    return next();
  });

  const status = async (c: HttpContext): Promise<Response> => {
    // Asked without a token, a HEAD says that the endpoint is here, and where a token comes from.
    if (c.req.method === 'HEAD' && !hasToken(c)) {
      const challenge =
        challengeFor(new ApiError('UNAUTHENTICATED'), resourceMetadata, suggestedScopes) ?? '';
      return c.body(null, 200, { 'Content-Type': 'application/json', 'WWW-Authenticate': challenge });
    }
    const caller = await admit(c);
    // A client of the older era asks for a stream, which there is none of.
    if (wantsStream(c)) return methodNotAllowed('POST');
    return c.json(statusOf(deps, caller, select(c)));
  };
  const speak = async (c: HttpContext): Promise<Response> => {
    const caller = await admit(c);
    const selection = select(c);
    return withPlace((takeMore) =>
      protocol.answer(c.req.raw, caller, selection, (count) => {
        for (let i = 0; i < count; i++) gate.rate(caller.actor);
        takeMore(count);
      }),
    );
  };
  const wrongMethod = async (c: HttpContext): Promise<Response> => {
    await admit(c);
    return methodNotAllowed('GET, HEAD, POST, OPTIONS');
  };
  const list = async (c: HttpContext): Promise<Response> => {
    const caller = await admit(c);
    requireTool(select(c, listQuery), 'coder_list_workspaces');
    return withPlace(async () => ({ response: await listWorkspaces(c, caller) }));
  };
  const run = async (c: HttpContext): Promise<Response> => {
    const caller = await admit(c);
    requireTool(select(c), 'coder_workspace_bash');
    const { owner, workspace = '' } = c.req.param() as { owner?: string; workspace?: string };
    const name = owner === undefined ? workspace : `${owner}/${workspace}`;
    return withPlace(async () => ({ response: await execute(c, caller, name) }));
  };
  const nothing = async (c: HttpContext): Promise<Response> => {
    await admit(c);
    throw new ApiError('NOT_FOUND', {
      message: `There is nothing at ${c.req.path}.`,
      detail: `MCP is spoken at ${MCP_PATH}; below it are GET /workspaces and POST /workspaces/{id or name}/execute.`,
    });
  };
  for (const path of ['/', '']) {
    routes.get(path, answered(status));
    routes.post(path, answered(speak));
    routes.all(path, answered(wrongMethod));
  }
  routes.get('/workspaces', answered(list));
  routes.post('/workspaces/:workspace/execute', answered(run));
  routes.post('/workspaces/:owner/:workspace/execute', answered(run));
  routes.all('*', answered(nothing));
  return { routes, close: () => protocol.close() };
}

const tooManyAtOnce = (max: number): ApiError =>
  new ApiError('OVERLOADED', {
    message: `The server is handling ${max} MCP requests, as many as it may.`,
    detail: 'Try again in 1 s. The limit is CODER_MCP_HTTP_MAX_REQUESTS.',
    retryAfter: 1,
  });

const corsHeaders = [
  'Accept',
  'Authorization',
  'Coder-Session-Token',
  'Content-Type',
  'Last-Event-ID',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  ...selectionHeaders,
];

const wantsStream = (c: HttpContext): boolean => (c.req.header('accept') ?? '').includes('text/event-stream');

/** In the shape of a JSON-RPC error, since those who ask this way are MCP clients. */
function methodNotAllowed(allow: string): Response {
  return Response.json(
    {
      jsonrpc: '2.0',
      error: { code: -32_000, message: 'Method not allowed. Send MCP requests by POST.' },
      id: null,
    },
    { status: 405, headers: { Allow: allow } },
  );
}
