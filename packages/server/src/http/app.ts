import { randomUUID } from 'node:crypto';
import { ApiError } from '@coder/api';
import { Hono } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from '../logger.ts';
import { type BodyLimits, bodyLimit, defaultBodyLimitBytes } from './body-limit.ts';
import { bodyTime } from './body-time.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { errorResponse, toApiError } from './error-response.ts';
import type { Health } from './health.ts';
import { type HostRules, hostOf } from './host-rules.ts';
import type { Metrics } from './metrics.ts';
import type { OpenRequests } from './open-requests.ts';
import { type PlainPage, plainPage, wantsPage } from './plain-page.ts';
import type { HttpContext, HttpEnv, RequestInfo } from './request-info.ts';

export interface HttpAppOptions {
  log: Logger;
  health: Health;
  trustedProxies: TrustedProxies;
  /** Limits by path; 10 MiB everywhere by default. */
  bodyLimits?: BodyLimits;
  metrics?: Metrics | undefined;
  /** The names it answers to; any by default. */
  hosts?: HostRules | undefined;
  /** Bounds what each caller has open; without it nothing does. */
  openRequests?: OpenRequests | undefined;
  /** How long a body may take to arrive, in milliseconds; a minute by default. Transfers of those who are known may take longer. */
  bodyTimeMs?: number | undefined;
}

export type HttpApp = Hono<HttpEnv>;

/**
 * The application that everything else mounts its routes on. For each request it makes its {@link RequestInfo}, limits its
 * body, logs and counts it, and turns whatever was thrown into an answer that tells nothing internal.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const {
    log,
    health,
    metrics,
    hosts,
    openRequests,
    bodyTimeMs = 60_000,
    bodyLimits = () => defaultBodyLimitBytes,
  } = options;
  const app = new Hono<HttpEnv>();
  const addressOf = clientAddress(options.trustedProxies);

  app.use(async (c, next) => {
    const started = performance.now();
    const info = requestInfo(c, addressOf);
    c.set('requestInfo', info);
    c.env?.outgoing?.setHeader('X-Coder-Request-Id', info.id);
    metrics?.requestStarted();
    await next();
    const milliseconds = performance.now() - started;
    const { status } = c.res;
    logRequest(log, c, info, milliseconds);
    metrics?.observeRequest({
      method: c.req.method,
      route: routeOf(c),
      status,
      seconds: milliseconds / 1_000,
    });
  });
  // Whoever watches over the server may call it by any name, and learns nothing more from these.
  app.get('/healthz', async (c) => {
    const problem = await health.problem();
    return problem === undefined ? c.text('OK') : c.text(`unhealthy: ${problem}`, 503);
  });
  app.get('/latency-check', (c) => c.body(null, 200));

  app.use((c, next) => {
    // A request made inside the process has no Host.
    const { incoming, outgoing } = c.env ?? {};
    if (!incoming || !outgoing) return next();
    const host = hostOf(incoming);
    hosts?.check(host);
    const { id, ip } = c.get('requestInfo');
    const end = openRequests?.begin(id, ip, incoming.socket);
    if (end) outgoing.once('close', end);
    return next();
  });
  const isIdentified = (id: string) => openRequests?.isIdentified(id) ?? true;
  app.use(bodyTime({ ms: bodyTimeMs, limits: bodyLimits, isIdentified }));
  app.use(bodyLimit(bodyLimits));

  app.notFound((c) => {
    const message = 'Route not found.';
    if (c.req.path.startsWith('/api/')) return errorResponse(new ApiError('NOT_FOUND', { message }));
    return wantsPage(c.req.raw.headers) ? plainPage(noSuchPage) : c.text(message, 404);
  });
  app.onError((thrown, c) => {
    const { id } = c.get('requestInfo');
    const error = toApiError(thrown, id);
    if (error.status >= 500) log.error({ err: error.cause ?? error, requestId: id }, 'a request failed');
    return errorResponse(error);
  });
  return app;
}

const noSuchPage: PlainPage = {
  status: 404,
  heading: 'There is no such page',
  paragraphs: ['The address is wrong, or what it showed no longer exists.'],
  link: { href: '/', text: 'Go to the dashboard' },
};

function requestInfo(c: HttpContext, addressOf: ReturnType<typeof clientAddress>): RequestInfo {
  const { raw } = c.req;
  const inProcess = c.env?.inProcess;
  const header = (name: string) => c.req.header(name);
  return {
    id: inProcess?.requestId ?? randomUUID(),
    ip: inProcess?.ip ?? addressOf(c.env?.incoming?.socket.remoteAddress, header),
    userAgent: inProcess?.userAgent ?? header('user-agent') ?? '',
    // Node's adapter makes these only when they are asked for, and most requests do not ask.
    get headers() {
      return raw.headers;
    },
    get signal() {
      return raw.signal;
    },
  };
}

/** The path alone, since a query may carry a token; and without the ticket that the path of a port or an app may hold. */
function logRequest(log: Logger, c: HttpContext, info: RequestInfo, milliseconds: number): void {
  const { status } = c.res;
  const level = status >= 500 ? 'warn' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  const { method } = c.req;
  const path = c.req.path.replace(/^(\/@.*?\/~)[^/]+/, '$1…');
  log[level](
    { requestId: info.id, method, path, status, ms: Math.round(milliseconds * 10) / 10, ip: info.ip },
    'request',
  );
}

function routeOf(c: HttpContext): string {
  const pattern = c.get('routePattern');
  if (pattern !== undefined || c.res.status === 404) return pattern ?? 'unknown';
  // A middleware for everything matches too, and may stand behind the route.
  return matchedRoutes(c).findLast(({ path }) => path !== '/*')?.path ?? 'unknown';
}
