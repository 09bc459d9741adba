import { ApiError, rawRoutes } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Pipeline } from '../http/index.ts';
import { cookieOf, presented, TICKET_COOKIE, withoutCookie } from './credentials.ts';
import type { FoundApp } from './find-app.ts';
import type { AppRequest } from './place.ts';
import { type Tickets, ticketScope } from './ticket.ts';

/** One request to a port or an app, on whatever way it came. */
export type Visit = {
  readonly request: AppRequest;
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly host: string;
  readonly ip: string;
  readonly requestId: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly upgrade: boolean;
  /** The caller, when the code that makes the request inside this process has verified it already. */
  readonly actor?: Actor | undefined;
};

/** Who sends a request, and what says so. `expired`: a ticket that opens nothing (any more). */
export type Visitor =
  | { readonly via: 'token' | 'cookie' | 'ticket'; readonly actor: Actor }
  | { readonly via: 'none' | 'expired'; readonly actor: undefined };

export type VisitorDeps = {
  clock: Clock;
  pipeline: Pick<Pipeline, 'admit'>;
  tickets: Tickets;
  /** The actor a key stands for, as long as the key and its user are good. */
  actorOfKey(keyId: string): Promise<Actor | undefined>;
};

/** The proxy has an audit of its own, once for a visit and not for each file of a page; and pages load many files. */
const route = {
  name: 'GET /@{user}/{workspace}/…',
  meta: { permission: rawRoutes.portProxy.meta.permission, rateLimit: 'none' },
} as const;

/**
 * Makes the function that tells who visits what was found, or something that is not there. It throws what authentication
 * throws about a token that is no good.
 */
export function createVisitorOf({ clock, pipeline, tickets, actorOfKey }: VisitorDeps) {
  async function admitted(visit: Visit, headers: Headers): Promise<Actor> {
    const { context } = await pipeline.admit(route, { ...visit, headers });
    if (!context.actor) throw new ApiError('UNAUTHENTICATED');
    return context.actor;
  }

  async function holder(text: string, scope: string | undefined): Promise<Visitor> {
    const ticket = tickets.read(text, clock.now());
    const actor = ticket && ticket.scope === scope ? await actorOfKey(ticket.keyId) : undefined;
    return actor ? { via: 'ticket', actor } : { via: 'expired', actor: undefined };
  }

  return async (visit: Visit, app: FoundApp | undefined): Promise<Visitor> => {
    const { request, headers, url } = visit;
    const scope = app && ticketScope(app.agent.workspaceId, app.agent.agentName, app.place.target);
    if (visit.actor) return { via: 'token', actor: visit.actor };
    if (request.ticket !== undefined) return holder(request.ticket, scope);
    switch (presented(headers, url)) {
      case 'token':
        return { via: 'token', actor: await admitted(visit, withoutCookie(headers)) };
      case 'cookie':
        // A host name of an app's own has a cookie of its own.
        if (request.way === 'path') return { via: 'cookie', actor: await admitted(visit, headers) };
    }
    const kept = request.way === 'host' ? cookieOf(headers, TICKET_COOKIE) : undefined;
    if (kept === undefined || !mayUseKept(visit)) return { via: 'none', actor: undefined };
    return holder(kept, scope);
  };
}

/** Apps of different people are neighbours below one host name: a page of one must not act at another with the visitor's cookie. */
function mayUseKept(visit: Visit): boolean {
  return isOwnSite(visit.headers) || isNavigation(visit);
}

/** Whether the browser says that the page which sends this is ours, or that there is no page. Silence is no yes. */
export function isOwnSite(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  return site === 'same-origin' || site === 'none';
}

/** Whether a browser goes to a page with this, and nothing more. */
export function isNavigation({ method, headers, upgrade }: Visit): boolean {
  return !upgrade && (method === 'GET' || method === 'HEAD') && headers.get('sec-fetch-mode') === 'navigate';
}
