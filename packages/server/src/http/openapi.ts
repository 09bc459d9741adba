import { API_PREFIX, ApiError } from '@coder/api';
import { StandardOpenAPIMatcher } from '@orpc/openapi/standard';
import { StandardBracketNotationSerializer } from '@orpc/openapi-client/standard';
import type { AnyRouter } from '@orpc/server';
import type { Actor } from '../authorization/index.ts';
import type { Logger } from '../logger.ts';
import type { Pipeline } from './pipeline.ts';
import { createAnswerError } from './pipeline-answer.ts';
import { createPrepare } from './run-procedure.ts';
import type { Via } from './via.ts';

export type ApiHandlerOptions = {
  /** The implemented contract. */
  router: AnyRouter;
  pipeline: Pipeline;
  accessUrl: string;
  log: Logger;
};

/** What is known of a request beside itself. */
export type ApiRequestExtra = {
  ip: string;
  requestId: string;
  userAgent?: string;
  /** The verified caller of a call made inside this process. It comes by no other way than this argument. */
  actor?: Actor | undefined;
  via?: Via | undefined;
  /** Told the route's pattern once it is known, for metrics. */
  onRoute?: (pattern: string) => void;
};

/** Answers a request to the contract's routes, or gives undefined when the path is none of them. */
export type ApiHandler = (request: Request, extra: ApiRequestExtra) => Promise<Response | undefined>;

/**
 * Serves the contract: find the route, admit the caller, read the input, validate it, write the audit row, run the handler,
 * validate its answer. The library finds routes and runs procedures; the order of the steps is ours, so that nobody's body
 * is read before we know who sends it.
 */
export function createApiHandler({ router, pipeline, accessUrl, log }: ApiHandlerOptions): ApiHandler {
  const matcher = new StandardOpenAPIMatcher();
  matcher.init(router);
  const answerError = createAnswerError({ accessUrl, log });
  const prepare = createPrepare(pipeline, { validateOutput: true });

  return async (request, extra) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(`${API_PREFIX}/`)) return undefined;
    const pathname = url.pathname.slice(API_PREFIX.length).replace(/\/+$/, '') || '/';
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    try {
      const match = await matcher.match(method, pathname as `/${string}`);
      if (!match) return undefined;
      const { route, pattern, status, run } = prepare(match.procedure, match.path);
      extra.onRoute?.(pattern);
      const admitted = await pipeline.admit(route, {
        method: request.method,
        url,
        headers: request.headers,
        signal: request.signal,
        upgrade: false,
        ip: extra.ip,
        requestId: extra.requestId,
        userAgent: extra.userAgent ?? request.headers.get('user-agent') ?? '',
        actor: extra.actor,
        via: extra.via,
      });
      const input = await inputOf(method, request, url, match.params);
      return answer(await run(input, admitted, request.signal), status, admitted.replyHeaders);
    } catch (thrown) {
      return answerError(thrown, extra.requestId);
    }
  };
}

function answer(output: unknown, status: number, headers: Headers): Response {
  return status === 204 || output === undefined
    ? new Response(null, { status, headers })
    : Response.json(output, { status, headers });
}

const query = new StandardBracketNotationSerializer();

/** The path's parameters with the query of a GET, or with the body of anything else, which they take precedence over. */
async function inputOf(
  method: string,
  request: Request,
  url: URL,
  params: Record<string, string> | undefined,
): Promise<unknown> {
  const sent = method === 'GET' ? queryOf(url) : await bodyOf(request);
  if (sent === undefined) return { ...params };
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw new ApiError('BAD_REQUEST', { message: 'Request body must be a JSON object.' });
  }
  return { ...sent, ...params };
}

function queryOf(url: URL): unknown {
  return url.search === '' ? undefined : query.deserialize([...url.searchParams]);
}

/** A body is JSON whatever its Content-Type says, as upstream has it. */
async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text().catch((cause: unknown) => {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError('BAD_REQUEST', { message: 'The request body broke off before its end.', cause });
  });
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError('BAD_REQUEST', {
      message: 'Request body must be valid JSON.',
      detail: cause instanceof Error ? cause.message : undefined,
      cause,
    });
  }
}
