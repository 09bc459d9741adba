import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { API_PREFIX, contract, SESSION_TOKEN_HEADER } from './contract.ts';
import { ApiError, errorFromBody } from './errors.ts';
import { IDEMPOTENCY_KEY_HEADER } from './schemas/workspaces.ts';

/** What a single call may carry besides its input. */
export type CallContext = { idempotencyKey?: string; headers?: Record<string, string> };

export type ApiClientOptions = {
  /** The deployment's address, for example `http://127.0.0.1:3000`. */
  url: string;
  token?: string | undefined;
  /** In process this is the server's own `fetch`; elsewhere the platform's. */
  fetch?: (request: Request) => Promise<Response>;
  /** Sent with every request, for example a user agent. */
  headers?: Record<string, string>;
};

/** The typed calls of the contract. Every failure is thrown as an {@link ApiError}. */
export type ApiCalls = ContractRouterClient<typeof contract, CallContext>;

export type ApiClient = ApiCalls & {
  readonly url: string;
  /**
   * A request to a raw route, relative to the REST prefix, or to the root when it begins with `//`. An error status is
   * thrown as an {@link ApiError}.
   */
  raw: (path: string, init?: RequestInit) => Promise<Response>;
};

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const retryAfter = Number(response.headers.get('retry-after'));
  return errorFromBody(
    response.status,
    body,
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
  );
}

/** Makes the client that the command line, the MCP tools and the tests share. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = options.fetch ?? ((request: Request) => fetch(request));
  const base = options.url.replace(/\/+$/, '');
  const common: Record<string, string> = {
    ...options.headers,
    ...(options.token === undefined ? {} : { [SESSION_TOKEN_HEADER]: options.token }),
  };

  const checked = async (request: Request): Promise<Response> => {
    let response: Response;
    try {
      response = await send(request);
    } catch (cause) {
      if (cause instanceof ApiError || request.signal.aborted) throw cause;
      throw new ApiError('SERVER_UNREACHABLE', {
        message: `Cannot reach ${base}.`,
        cause,
      });
    }
    if (response.status >= 400) throw await readError(response);
    return response;
  };

  const link = new OpenAPILink<CallContext>(contract, {
    url: `${base}${API_PREFIX}`,
    headers: ({ context }) => ({
      ...common,
      ...context.headers,
      ...(context.idempotencyKey === undefined ? {} : { [IDEMPOTENCY_KEY_HEADER]: context.idempotencyKey }),
    }),
    fetch: (request, init) => checked(new Request(request, init as RequestInit)),
  });
  const calls = createORPCClient<ApiCalls>(link);

  const raw = (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = path.startsWith('//') ? `${base}${path.slice(1)}` : `${base}${API_PREFIX}${path}`;
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(common)) if (!headers.has(name)) headers.set(name, value);
    return checked(new Request(url, { ...init, headers }));
  };
  // The oRPC client is a proxy that answers to any property, so ours are put in front of it.
  return new Proxy(calls as ApiClient, {
    get(target, property, receiver) {
      if (property === 'raw') return raw;
      if (property === 'url') return base;
      // Awaiting a client gives the client: it is no promise, and the library's own answer would be its bare one.
      if (property === 'then') return undefined;
      return Reflect.get(target, property, receiver) as unknown;
    },
  });
}
