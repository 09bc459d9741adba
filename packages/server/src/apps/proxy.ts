import { ApiError } from '@coder/api';
import type { AgentAccess } from '../agents/index.ts';
import type { Actor } from '../authorization/index.ts';
import type { OpenRequests, UpgradeRequest } from '../http/index.ts';
import type { Changes } from '../jobs/index.ts';
import { stripQuery } from './credentials.ts';
import { type Door, redirect } from './door.ts';
import { type FindAppDeps, type FoundApp, findApp } from './find-app.ts';
import { type AppCall, exchange, headersOf, responseOf } from './forward.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { prefixOf } from './place.ts';
import { badAnswer, reach } from './reach.ts';
import { appRequestHeaders, nodeHeaders } from './request-headers.ts';
import { type Answering, fitResponse } from './response-headers.ts';
import type { Visit, Visitor } from './visitor.ts';
import { whileShared } from './while-shared.ts';

export type ProxyDeps = FindAppDeps & {
  changes: Pick<Changes, 'subscribe'>;
  accessUrl: string;
  access: AgentAccess;
  door: Door;
  visitorOf(visit: Visit, app: FoundApp | undefined): Promise<Visitor>;
  noteVisit(visit: Visit, visitor: Visitor, app: FoundApp): Promise<void>;
  /** Calls `end` when an actor's key is no longer good, until `over` says that there is nothing left to end. */
  whileGood(actor: Actor, over: AbortSignal, end: () => void, workspaceOf: () => string): void;
  openRequests?: Pick<OpenRequests, 'identify'> | undefined;
};

/** What a visitor may use. */
type Entered = { readonly app: FoundApp; readonly actor: Actor | undefined };

/** Passes requests on: find, let in, write down, connect, forward, fit the answer. */
export function createProxy(deps: ProxyDeps) {
  const { accessUrl, access, door, visitorOf, noteVisit, whileGood } = deps;
  const protocol = accessUrl.startsWith('https:') ? 'https' : 'http';

  async function enter(visit: Visit): Promise<Entered | Response> {
    const found = await findApp(deps, visit.request).catch((error: unknown) => {
      if (error instanceof ApiError) return error;
      throw error;
    });
    if (found instanceof ApiError) {
      // Who has not shown who they are learns nothing from the difference between "not there" and "not yours".
      const visitor = await visitorOf(visit, undefined);
      if (visitor.actor) throw found;
      return door.turnAway(visit, visitor);
    }
    const kept = door.keepTicket(visit, found);
    if (kept) return kept;
    const visitor = await visitorOf(visit, found).catch((error: unknown): Visitor => {
      // What is open to everybody is open to who sends an old cookie, too.
      if (found.sharing === 'public') return { via: 'none', actor: undefined };
      throw error;
    });
    const elsewhere = door.pass(visit, visitor, found) ?? canonical(visit, found) ?? preflight(visit, found);
    if (elsewhere) return elsewhere;
    if (visitor.actor) deps.openRequests?.identify(visit.requestId, `user:${visitor.actor.user.id}`);
    await noteVisit(visit, visitor, found);
    return { app: found, actor: visitor.actor };
  }

  async function callOf(visit: Visit, app: FoundApp): Promise<AppCall> {
    const { request, method, headers, ip, host, signal } = visit;
    const prefix = prefixOf(request, app.place);
    return {
      tunnel: await reach(access, app, signal),
      method,
      path: `${app.basePath}${request.path || '/'}${stripQuery(request.search)}`,
      headers: nodeHeaders(appRequestHeaders(headers, { app, clientIp: ip, host, protocol, prefix })),
      signal,
    };
  }

  function answering(visit: Visit, app: FoundApp): Answering {
    const { request, host } = visit;
    return {
      app,
      way: request.way,
      prefix: prefixOf(request, app.place),
      cookiePath: prefixOf({ ...request, ticket: undefined }, app.place),
      host,
      protocol,
      opaque: isOpaque(visit, app),
    };
  }

  return {
    async http(visit: Visit, body: ReadableStream<Uint8Array> | null): Promise<Response> {
      const entered = await enter(visit);
      if (entered instanceof Response) return entered;
      const { app, actor } = entered;
      const revoked = new AbortController();
      const over = new AbortController();
      if (actor && app.sharing !== 'public') {
        whileGood(
          actor,
          over.signal,
          () => revoked.abort(),
          () => app.agent.workspaceId,
        );
      }
      try {
        const visited = { request: visit.request, ...entered };
        await whileShared(deps, visited, over.signal, () => revoked.abort());
        const call = await callOf({ ...visit, signal: AbortSignal.any([visit.signal, revoked.signal]) }, app);
        const answer = await exchange(call, body).catch((error: unknown) => {
          if (revoked.signal.aborted) throw new ApiError('UNAUTHENTICATED');
          throw visit.signal.aborted ? error : badAnswer(app, error);
        });
        answer.once('close', () => over.abort());
        const headers = headersOf(answer);
        fitResponse(headers, answering(visit, app));
        return responseOf(answer, headers, visit.method);
      } catch (error) {
        over.abort();
        throw error;
      }
    },

    async upgrade(visit: Visit, { takeOver, end }: Pick<UpgradeRequest, 'takeOver' | 'end'>): Promise<void> {
      const entered = await enter(visit);
      if (entered instanceof Response) {
        throw new ApiError('UNAUTHENTICATED', { message: 'Open the page before its WebSocket.' });
      }
      const { app, actor } = entered;
      if (actor && app.sharing !== 'public') {
        whileGood(actor, visit.signal, end, () => app.agent.workspaceId);
      }
      await whileShared(deps, { request: visit.request, ...entered }, visit.signal, end);
      const call = await callOf(visit, app);
      const headers = {
        ...call.headers,
        connection: 'Upgrade',
        upgrade: visit.headers.get('upgrade') ?? 'websocket',
      };
      // The signal aborts when the client's connection closes, which is also how a joined one ends.
      await forwardUpgrade({ ...call, headers }, takeOver, (fields) =>
        fitResponse(fields, answering(visit, app)),
      ).catch((error: unknown) => {
        if (!visit.signal.aborted) throw badAnswer(app, error);
      });
    },
  };
}

/** Relative links need the slash; and an app may want a query of its own. */
function canonical({ request, method }: Visit, app: FoundApp): Response | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const search = request.search === '' && /^\/?$/.test(request.path) ? app.defaultSearch : request.search;
  if (request.path !== '' && search === request.search) return undefined;
  return redirect(`${prefixOf(request, app.place)}${request.path || '/'}${search}`);
}

/** The page that asks lies below a path, so its origin is none, and what lets it in is no cookie: a ticket in the path, or nothing. */
function isOpaque({ request }: Visit, { sharing }: FoundApp): boolean {
  return request.way === 'path' && (request.ticket !== undefined || sharing === 'public');
}

/** A page in an origin of its own asks before it sends more than a form could; with its ticket in the path it may. */
function preflight(visit: Visit, app: FoundApp): Response | undefined {
  const { method, headers } = visit;
  if (method !== 'OPTIONS' || !isOpaque(visit, app)) return undefined;
  const asked = headers.get('access-control-request-method');
  if (asked === null) return undefined;
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': asked,
      'Access-Control-Allow-Headers': headers.get('access-control-request-headers') ?? '*',
      'Access-Control-Max-Age': '600',
    },
  });
}
