import { ApiError, SESSION_TOKEN_HEADER } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import { createHostRules, createRateLimiter, type HttpContext, isLoopbackName } from '../http/index.ts';
import type { McpDeps } from './deps.ts';

const neededExperiments = ['oauth2', 'mcp-server-http'];

export type Gate = {
  /** Refuses while the experiments are off. */
  experiments(): void;
  /** Refuses names that are not ours, and pages of other sites. */
  hostAndOrigin(c: HttpContext): void;
  isOriginAllowed(origin: string): boolean;
  authenticate(c: HttpContext): Promise<Actor>;
  rate(actor: Actor): void;
};

/** The checks that every request passes, each of which throws its ApiError. */
export function createGate(deps: McpDeps): Gate {
  const missing = neededExperiments.filter((name) => !deps.experiments.has(name));
  const hosts = createHostRules(deps);
  const limiter = createRateLimiter({ limit: deps.settings.rateLimit, windowMs: 1_000, clock: deps.clock });
  const place = new URL(deps.accessUrl);
  const isPrivate = isLoopbackName(place.hostname);
  // Pages carry a token of their own, never a cookie, so any of them may call a deployment that everybody can reach anyway.
  const isOriginAllowed = (origin: string): boolean => {
    const hostname = URL.parse(origin)?.hostname;
    if (hostname === undefined) return false;
    if (hosts.isAllowed(hostname) || deps.allowedOrigins.includes(origin)) return true;
    return !isPrivate && deps.allowedOrigins.length === 0;
  };

  return {
    isOriginAllowed,
    experiments() {
      if (missing.length === 0) return;
      throw new ApiError('EXPERIMENT_OFF', {
        message: `MCP over HTTP is not enabled on this deployment: ${missing.length === 1 ? 'the experiment' : 'the experiments'} ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} off.`,
        detail: `Start the server with CODER_EXPERIMENTS="${neededExperiments.join(',')}" or --experiments=${neededExperiments.join(',')}.`,
      });
    },
    hostAndOrigin(c) {
      hosts.check(c.req.header('host') ?? new URL(c.req.url).host);
      const origin = c.req.header('origin');
      if (origin !== undefined && !isOriginAllowed(origin)) {
        throw new ApiError('FORBIDDEN', {
          message: `Invalid Origin: ${origin}.`,
          detail:
            'Pages may call from the access URL, the wildcard access URL, this machine, and what --oauth2-allowed-origins names.',
        });
      }
    },
    async authenticate(c) {
      const { ip } = c.get('requestInfo');
      const headers = tokenHeaders(c);
      try {
        return await deps.authenticate({
          method: c.req.method,
          // Neither the query nor a cookie is a place for this endpoint's token, so they are not shown.
          url: place,
          headers,
          ip,
          upgrade: false,
        });
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          deps.limits.take({}, { ip, headers }, undefined);
        }
        throw error;
      }
    },
    rate(actor) {
      const decision = limiter.take(actor.user.id);
      if (decision.allowed) return;
      throw new ApiError('RATE_LIMITED', {
        message: `You have sent more than ${decision.limit} MCP requests in a second.`,
        detail: `Try again in ${decision.retryAfterSeconds} s. The limit is CODER_MCP_HTTP_RATE_LIMIT.`,
        retryAfter: decision.retryAfterSeconds,
      });
    },
  };
}

/** Whether a request shows any token at all. */
export const hasToken = (c: HttpContext): boolean =>
  c.req.header(SESSION_TOKEN_HEADER) !== undefined || c.req.header('authorization') !== undefined;

function tokenHeaders(c: HttpContext): Headers {
  const headers = new Headers();
  for (const name of [SESSION_TOKEN_HEADER, 'authorization']) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}
