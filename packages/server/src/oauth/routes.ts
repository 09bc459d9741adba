import { Hono, type MiddlewareHandler } from 'hono';
import { addressGroup, createRateLimiter, type HttpEnv } from '../http/index.ts';
import { paths } from './addresses.ts';
import { oauthError } from './answers.ts';
import { mountAuthorize } from './authorize-routes.ts';
import { oauthCors } from './cors.ts';
import type { RouteParts, RoutesDeps } from './deps.ts';
import { discoveryPaths, mountDiscovery } from './discovery-routes.ts';
import { nulRefused } from './forms.ts';
import { mountRegistration } from './registration-routes.ts';
import { mountTokens } from './token-routes.ts';

type Middleware = MiddlewareHandler<HttpEnv>;

/**
 * Requests a minute of one address to one endpoint. An application needs a few of them in an hour; a device that waits for its
 * user asks twelve times a minute, and several may wait behind one address.
 */
const requestsAMinute = 60;

/** The endpoints that applications speak to, at the root of the deployment. */
export function createOAuthRoutes(deps: RoutesDeps): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  const parts: RouteParts = { ...deps, forward: createForward(deps) };
  const cors = oauthCors(deps.allowedOrigins);
  const limited = createLimit(deps);

  const named =
    (pattern: string): Middleware =>
    (c, next) => {
      c.set('routePattern', pattern);
      return next();
    };
  // Who looks for an authorization server finds none, as on any server without one.
  const absent: Middleware = async (c, next) => (deps.isOn ? next() : c.notFound());
  const withoutNul: Middleware = async (c, next) => (/%00/.test(c.req.url) ? nulRefused() : next());
  const refused: Middleware = async (_, next) => {
    deps.requireExperiment();
    await next();
  };

  for (const path of discoveryPaths) {
    routes.use(path, named('/.well-known/oauth-*'), absent, cors, limited);
  }
  const forPages = [paths.token, paths.revoke, paths.register, `${paths.clients}/*`];
  for (const path of [...forPages, paths.deviceAuthorization, paths.jwks]) {
    routes.use(path, named('/oauth2/*'), cors, refused, limited, withoutNul);
  }
  routes.use(`${paths.authorize}/*`, named('/oauth2/*'), refused, limited, withoutNul);
  mountDiscovery(routes, parts);
  mountAuthorize(routes, parts);
  mountTokens(routes, parts);
  mountRegistration(routes, parts);
  return routes;
}

/** Refuses who asks too often, before anything of the request is read. */
function createLimit({ clock, isLimited }: RoutesDeps): Middleware {
  const limiter = createRateLimiter({ limit: isLimited ? requestsAMinute : 0, windowMs: 60_000, clock });
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return next();
    const endpoint = c.req.path.split('/').slice(0, 3).join('/');
    const decision = limiter.take(`${endpoint} ${addressGroup(c.get('requestInfo').ip)}`);
    if (decision.allowed) return next();
    return oauthError(429, 'temporarily_unavailable', 'too many requests in a minute from this address', {
      'Retry-After': String(decision.retryAfterSeconds),
    });
  };
}

/** Hands a request on to the library, with what it may see of it. */
function createForward({ callProvider }: RoutesDeps): RouteParts['forward'] {
  return (c, target, body, begin) => {
    const info = c.get('requestInfo');
    const headers = new Headers(info.headers);
    // The body has been read and written anew, whatever the client called it.
    if (body !== undefined) {
      const isForm = !target.startsWith(paths.clients);
      headers.set('content-type', isForm ? 'application/x-www-form-urlencoded' : 'application/json');
    }
    return callProvider({ method: c.req.method, target, headers, body, begin, info });
  };
}
