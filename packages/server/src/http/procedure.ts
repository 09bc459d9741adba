import { contract } from '@coder/api';
import { implement } from '@orpc/server';
import type { Actor } from '../authorization/index.ts';

/** What every handler knows about the request it answers. */
export type RequestContext = {
  /** The verified caller; absent on routes that anybody may call. */
  readonly actor: Actor | undefined;
  /** The workspace agent that calls, on the routes of agents. */
  readonly agent: { readonly id: string; readonly workspaceId: string } | undefined;
  readonly request: {
    readonly id: string;
    readonly ip: string;
    readonly userAgent: string;
    readonly headers: Headers;
    readonly signal: AbortSignal;
  };
  /** What the audit row of this request should say beyond what the route's metadata knows. */
  readonly audit: {
    target(resourceId: string, name: string): void;
    diff(field: string, from: unknown, to: unknown, secret?: boolean): void;
    field(name: string, value: unknown): void;
    /** Who the caller turned out to be, on a route that anybody may call (a sign-in). */
    actor(user: { readonly id: string; readonly username: string; readonly email: string }): void;
  };
  /**
   * The one workspace that the request turned out to be about, by its id; with it, what goes on after the answer has begun ends
   * with the right to that workspace, and not with that to another.
   */
  workspaceId: string | undefined;
  /**
   * Resolves when what has to be in the audit log before the effect is there, and rejects when it cannot be. It has resolved
   * before a handler runs, but for one that {@link holdsEffect}.
   */
  recorded: Promise<void>;
  /** What the answer carries besides its body. */
  readonly reply: {
    /** Adds a header; the same name may be added again (`Set-Cookie`). */
    header(name: string, value: string): void;
  };
};

/** The builder of the routes: `api.users.get.handler(({ input, context }) => …)`. */
export const api = implement(contract).$context<RequestContext>();

const holding = new WeakSet<object>();

/**
 * Marks a handler that runs while its audit row is being written, so that what it prepares takes no time of its own: it has to
 * await `context.recorded` before anything that it does can be seen.
 */
export function holdsEffect<Handler extends object>(handler: Handler): Handler {
  holding.add(handler);
  return handler;
}

export const isHolding = (handler: object): boolean => holding.has(handler);
