import { ApiError, type RouteMeta } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { addressGroup } from './client-address.ts';
import { createRateLimiter } from './rate-limiter.ts';

export type RateLimits = {
  /** Counts a request in its route's class; throws RATE_LIMITED when there have been too many. */
  take(
    meta: RouteMeta,
    call: { readonly ip: string; readonly headers: Headers; readonly actor?: Actor | undefined },
    actor: Actor | undefined,
  ): void;
};

export type RateLimitOptions = {
  /** Requests a minute, for a user or for an address when nobody is signed in; 0 for no limit. 512 by default. */
  api?: number;
  /** Sign-ins and password changes a minute and address. 60 by default. */
  login?: number;
  /** Uploads and downloads of archives a minute and user. 12 by default. */
  files?: number;
  clock: Clock;
};

const windowMs = 60_000;

/**
 * The limits of upstream. A call that code in this process makes for an actor it has verified is not counted in the `api`
 * class: whoever took it in (the MCP endpoint) has a limit of its own, and one tool call may be several of ours. An owner
 * may send `X-Coder-Bypass-Ratelimit: true`.
 */
export function createRateLimits({ api = 512, login = 60, files = 12, clock }: RateLimitOptions): RateLimits {
  const limiters = {
    api: createRateLimiter({ limit: api, windowMs, clock }),
    login: createRateLimiter({ limit: login, windowMs, clock }),
    files: createRateLimiter({ limit: files, windowMs, clock }),
  };
  return {
    take(meta, call, actor) {
      const name = meta.rateLimit ?? 'api';
      if (name === 'none' || (name === 'api' && call.actor)) return;
      if (
        actor?.user.roles.includes('owner') &&
        actor.key.permissions === 'all' &&
        call.headers.get('x-coder-bypass-ratelimit') === 'true'
      ) {
        return;
      }
      const key = name === 'login' || !actor ? `ip:${addressGroup(call.ip)}` : `user:${actor.user.id}`;
      const decision = limiters[name].take(key);
      if (decision.allowed) return;
      throw new ApiError('RATE_LIMITED', {
        message: `You have sent more than ${decision.limit} requests in a minute.`,
        retryAfter: decision.retryAfterSeconds,
      });
    },
  };
}
