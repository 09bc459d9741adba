import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { Actor } from '../authorization/index.ts';
import type { Via } from './via.ts';

/** What is known of every request, however it came. */
export interface RequestInfo {
  /** Ours, never the caller's: it is what joins the answer, the log and the audit. */
  readonly id: string;
  /** The caller's address, seen through trusted proxies. */
  readonly ip: string;
  readonly userAgent: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/**
 * What comes beside a request: Node's own objects for one from a socket; for one made inside this process (`app.fetch`),
 * whom it is made for.
 */
export interface HttpBindings {
  incoming?: IncomingMessage;
  outgoing?: ServerResponse;
  inProcess?: {
    readonly requestId: string;
    readonly ip: string;
    readonly userAgent: string;
    /** Who it is made for, when that has been verified already. */
    readonly actor?: Actor | undefined;
    /** By what it comes, where the code that makes it says so; otherwise its headers do. */
    readonly via?: Via | undefined;
  };
}

export interface HttpVariables {
  requestInfo: RequestInfo;
  /** The route as a pattern (`/api/v2/users/{user}`), for metrics; set by whoever dispatches below the app's own routes. */
  routePattern?: string;
}

export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: HttpVariables;
}

export type HttpContext = Context<HttpEnv>;
