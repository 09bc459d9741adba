import { API_PREFIX, type RawRoute, rawRoutes } from '@coder/api';
import type { MiddlewareHandler } from 'hono';
import type { WebSocket } from 'ws';
import type { Logger } from '../logger.ts';
import type { HttpApp } from './app.ts';
import { rawInput } from './approve-raw.ts';
import { lastingStream, type WhileGood } from './lasting-stream.ts';
import type { ApiHandler } from './openapi.ts';
import type { Pipeline } from './pipeline.ts';
import { createAnswerError } from './pipeline-answer.ts';
import type { RequestContext } from './procedure.ts';
import { type RawQuery, rawQuery } from './raw-query.ts';
import type { HttpEnv } from './request-info.ts';
import type { UpgradeRequest, Upgrades } from './upgrades.ts';

export type RawRouteName = keyof typeof rawRoutes;

/** What the handler of a raw route gets: an admitted request whose audit row, if the route has one, is being kept. */
export type RawRequest = {
  readonly context: RequestContext;
  readonly request: Request;
  readonly url: URL;
  /** The parts of the path in braces, decoded; what `*` stands for is `rest`, as it was sent. */
  readonly params: Readonly<Record<string, string>>;
  /** Each name once. Empty for a proxy, whose query is the app's. */
  readonly query: RawQuery;
};

export type RawUpgrade = Omit<RawRequest, 'request'> & {
  readonly incoming: UpgradeRequest['incoming'];
  /** Answers 101 and gives the WebSocket. Throw an ApiError before it to refuse. */
  accept(): Promise<WebSocket>;
  takeOver: UpgradeRequest['takeOver'];
};

export type RawRoutes = {
  /** Serves a raw route. What the handler throws is answered like any error of the API. */
  rawRoute(name: RawRouteName, handler: (request: RawRequest) => Promise<Response> | Response): void;
  /**
   * Serves the WebSocket of a raw route. The audit row gets its outcome when the handler's promise settles, which may be when
   * the WebSocket is set up or when it ends.
   */
  upgradeRoute(name: RawRouteName, handler: (request: RawUpgrade) => Promise<void> | void): void;
  /** Hands the contract's routes to their handler. To be called after the raw routes, which may lie among them. */
  mountApi(handler: ApiHandler): void;
};

export type RawRoutesOptions = {
  app: HttpApp;
  upgrades: Upgrades;
  pipeline: Pipeline;
  accessUrl: string;
  log: Logger;
  /** Calls `end` when an actor may no longer be what it was, until `over` says that there is nothing left to end. */
  whileGood: WhileGood;
  /** Aborted when the server stops: what streams events is ended then. */
  stopping: AbortSignal;
};

/** Makes the functions that serve {@link rawRoutes} through the same pipeline as the contract. */
export function createRawRoutes(options: RawRoutesOptions): RawRoutes {
  const { app, upgrades, pipeline, accessUrl, log, whileGood, stopping } = options;
  const answerError = createAnswerError({ accessUrl, log });

  return {
    rawRoute(name, handler) {
      const route: RawRoute = rawRoutes[name];
      const path = fullPath(route);
      const named = { name: `${route.method} ${route.path}`, meta: route.meta };
      const serve: MiddlewareHandler<HttpEnv> = async (c) => {
        const info = c.get('requestInfo');
        c.set('routePattern', path);
        try {
          const url = new URL(c.req.url);
          const request = c.req.raw;
          const lasting = lastingStream(route.kind, request.signal, whileGood, stopping);
          const admitted = await pipeline.admit(named, {
            method: c.req.method,
            url,
            headers: request.headers,
            signal: lasting.signal,
            upgrade: false,
            ip: info.ip,
            requestId: info.id,
            userAgent: info.userAgent,
            actor: c.env?.inProcess?.actor,
            via: c.env?.inProcess?.via,
          });
          const params = paramsOf(c.req.param() as Record<string, string>, path, url);
          const query = queryOf(route, url);
          const { context } = admitted;
          const input = rawInput(route.meta.approval, { query, params, request });
          const answered = pipeline.audited(
            admitted,
            async () => {
              await pipeline.approved(admitted, input.read);
              return handler({ context, request: input.request(), url, params, query });
            },
            ({ status }) => status,
          );
          const response = await lasting.watch(context, answered);
          for (const [header, value] of admitted.replyHeaders) response.headers.append(header, value);
          return response;
        } catch (thrown) {
          return answerError(thrown, info.id);
        }
      };
      // A proxy passes on whatever method comes.
      if (route.at === 'root') app.all(honoPath(path), serve);
      else app.on(route.method, honoPath(path), serve);
    },

    upgradeRoute(name, handler) {
      const route: RawRoute = rawRoutes[name];
      const path = fullPath(route);
      const named = { name: `${route.method} ${route.path}`, meta: route.meta };
      upgrades.on(path.replaceAll(/\{([^}]+)\}/g, ':$1'), async (upgrade) => {
        const { incoming, url, info } = upgrade;
        const admitted = await pipeline.admit(named, {
          method: 'GET',
          url,
          headers: info.headers,
          signal: info.signal,
          upgrade: true,
          ip: info.ip,
          requestId: info.id,
          userAgent: info.userAgent,
        });
        const params = paramsOf(upgrade.params, path, url);
        const query = queryOf(route, url);
        const { context } = admitted;
        const { accept, takeOver } = upgrade;
        if (context.actor) {
          whileGood(context.actor, info.signal, upgrade.end, () => context.workspaceId);
        }
        const input = rawInput(route.meta.approval, { query, params, request: new Request(url) });
        await pipeline.audited(
          admitted,
          async () => {
            await pipeline.approved(admitted, input.read);
            await handler({ context, incoming, url, params, query, accept, takeOver });
          },
          () => 101,
        );
      });
    },

    mountApi(handler) {
      app.all(`${API_PREFIX}/*`, async (c, next) => {
        const info = c.get('requestInfo');
        const response = await handler(c.req.raw, {
          ip: info.ip,
          requestId: info.id,
          userAgent: info.userAgent,
          actor: c.env?.inProcess?.actor,
          via: c.env?.inProcess?.via,
          onRoute: (pattern) => c.set('routePattern', pattern),
        });
        return response ?? next();
      });
    },
  };
}

function fullPath(route: RawRoute): string {
  return route.at === 'root' ? route.path : `${API_PREFIX}${route.path}`;
}

const queryOf = (route: RawRoute, url: URL): RawQuery => (route.at === 'root' ? {} : rawQuery(url));

/** `/@{user}/x` as the router has it: a parameter is a whole segment, so the sign belongs to its pattern. */
function honoPath(path: string): string {
  return path.replaceAll(/@\{([^}]+)\}/g, ':$1{@[^/]+}').replaceAll(/(?<!\w)\{([^}@]+)\}/g, ':$1');
}

function paramsOf(
  found: Readonly<Record<string, string>>,
  path: string,
  url: URL,
): Readonly<Record<string, string>> {
  const names = [...path.matchAll(/(@?)\{([^}]+)\}/g)];
  const params: Record<string, string> = {};
  for (const [, sign = '', name = ''] of names) {
    const value = found[name] ?? '';
    params[name] = sign !== '' && value.startsWith(sign) ? value.slice(sign.length) : value;
  }
  if (path.endsWith('/*')) {
    const before = path.split('/').length - 1;
    params.rest = url.pathname.split('/').slice(before).join('/');
  }
  return params;
}
