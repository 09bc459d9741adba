import type { LookupAddress } from 'node:dns';
import type { Exchange, Http } from './http/http.ts';
import type { Talk } from './mcp/talk.ts';
import type { Target } from './target.ts';

/** What the steps share: what is examined, by what means, and what every client would be answered alike. */
export type Examination = {
  readonly target: Target;
  readonly http: Http;
  /** Sent to the deployment itself and nowhere else; undefined when there is none that may be. */
  readonly token: string | undefined;
  /** Why there is no token, for the steps that need one. */
  readonly tokenMissing: string;
  readonly resolve: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a stream may stay silent, in milliseconds. */
  readonly streamMs: number;
  /** Never shown. What turns up on the way is added. */
  readonly secrets: Set<string>;
  /** The first request that any client makes: without a token. Made once. */
  readonly firstContact: () => Promise<Exchange>;
  /** A token that is not one of this deployment's, shown to the MCP endpoint. Made once. */
  readonly strangersToken: () => Promise<Exchange>;
  /** Tools, as a client of either era sees them, and a call. Made once; undefined without a token. */
  readonly talk: (era: Era, query?: string) => Promise<Talk> | undefined;
};

export type Era = '2025-11-25' | '2026-07-28';

/** The result of the first call, for all later ones with the same key. */
export function memoize<Args extends readonly string[], Result>(
  make: (...args: Args) => Result,
): (...args: Args) => Result {
  const made = new Map<string, Result>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = made.get(key);
    if (known !== undefined) return known;
    const result = make(...args);
    made.set(key, result);
    return result;
  };
}
