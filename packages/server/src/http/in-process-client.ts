import { type ApiClient, type CallContext, createApiClient, IDEMPOTENCY_KEY_HEADER } from '@coder/api';
import type { AnyProcedure, AnyRouter } from '@orpc/server';
import type { Actor } from '../authorization/index.ts';
import type { Logger } from '../logger.ts';
import type { CallIntent } from './call-intent.ts';
import { toApiError } from './error-response.ts';
import type { Pipeline } from './pipeline.ts';
import type { HttpBindings } from './request-info.ts';
import { createPrepare, type Prepared } from './run-procedure.ts';
import type { Via } from './via.ts';

/** A caller that code in this process has verified, and the request it came with. */
export type InProcessCaller = {
  readonly actor: Actor;
  readonly requestId: string;
  readonly ip: string;
  readonly userAgent: string;
  /** The MCP tool for which it calls. */
  readonly tool?: string | undefined;
  /** How long its calls may be held while a person decides about them, in milliseconds. */
  readonly approvalWaitMs?: number | undefined;
  /** The audit row of what it calls for. */
  readonly intent?: CallIntent | undefined;
};

export type InProcessClientOptions = {
  router: AnyRouter;
  pipeline: Pipeline;
  /** The application, for the raw routes, which are requests whatever the caller. */
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>;
  accessUrl: string;
  log: Logger;
};

type Call = (input?: unknown, options?: { signal?: AbortSignal; context?: CallContext }) => Promise<unknown>;

/**
 * The contract's client for code in this process. A call takes the way of every request through the pipeline
 * (permission, audit, validation, service) and is spared what only a network needs: addresses, headers and JSON.
 */
export function createInProcessClients(
  options: InProcessClientOptions,
): (caller: InProcessCaller) => ApiClient {
  const { router, pipeline, accessUrl, log } = options;
  const prepare = createPrepare(pipeline, { validateOutput: false });
  const base = new URL(accessUrl);

  function call(caller: InProcessCaller, { route, run }: Prepared): Call {
    return async (input, { signal = new AbortController().signal, context } = {}) => {
      const headers = headersOf(context);
      try {
        const admitted = await pipeline.admit(route, {
          ...caller,
          method: 'POST',
          url: base,
          headers,
          signal,
          upgrade: false,
          via: viaOfCaller(caller),
        });
        return await run(input ?? {}, admitted, signal);
      } catch (error) {
        const shown = toApiError(error, caller.requestId);
        if (shown.status >= 500) {
          log.error(
            { err: shown.cause ?? shown, requestId: caller.requestId },
            'a call in this process failed',
          );
        }
        throw shown;
      }
    };
  }

  // A client is made for each call of a tool, which uses one route or two: what it can do stands in prototypes, made once.
  const client = withGetters(
    Object.entries(router as Record<string, Record<string, AnyProcedure>>).map(([folder, routes]) => {
      const prototype = withGetters(
        Object.entries(routes).map(([name, route]) => {
          const prepared = prepare(route, [folder, name]);
          return [name, (caller) => call(caller, prepared)] as const;
        }),
      );
      return [folder, (caller) => of(prototype, caller)] as const;
    }),
  );
  Object.defineProperties(client, {
    url: { value: base.href.replace(/\/+$/, '') },
    raw: {
      get(this: Called): ApiClient['raw'] {
        const caller = this[callerOf];
        const { requestId, ip, userAgent, actor } = caller;
        const inProcess = { requestId, ip, userAgent, actor, via: viaOfCaller(caller) };
        return createApiClient({
          url: accessUrl,
          fetch: async (request) => options.fetch(request, { inProcess }),
        }).raw;
      },
    },
  });
  return (caller) => of(client, caller) as ApiClient;
}

const callerOf = Symbol('the caller of a client');
type Called = { [callerOf]: InProcessCaller };

/** An object that does for a caller what its prototype does for whoever calls. */
function of(prototype: object, caller: InProcessCaller): object {
  const made = Object.create(prototype) as Called;
  made[callerOf] = caller;
  return made;
}

function withGetters(members: readonly (readonly [string, (caller: InProcessCaller) => unknown])[]): object {
  const prototype = {};
  for (const [name, make] of members) {
    Object.defineProperty(prototype, name, {
      get(this: Called) {
        return make(this[callerOf]);
      },
    });
  }
  return prototype;
}

const noHeaders = new Headers();

function headersOf(context: CallContext | undefined): Headers {
  if (context?.headers === undefined && context?.idempotencyKey === undefined) return noHeaders;
  const headers = new Headers(context.headers);
  if (context.idempotencyKey !== undefined) headers.set(IDEMPOTENCY_KEY_HEADER, context.idempotencyKey);
  return headers;
}

/** Code in this process calls only for MCP clients. */
function viaOfCaller({ tool, approvalWaitMs = 0, intent }: InProcessCaller): Via {
  return { kind: 'mcp', tool, approvalWaitMs, intent };
}
