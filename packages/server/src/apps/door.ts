import { ApiError, appUrl, SESSION_TOKEN_HEADER } from '@coder/api';
import type { Clock } from '../clock.ts';
import { wantsPage } from '../http/index.ts';
import { stripQuery, TICKET_COOKIE } from './credentials.ts';
import type { FoundApp } from './find-app.ts';
import { authorizeApp } from './may-use.ts';
import { confirmPage } from './pages.ts';
import { prefixOf } from './place.ts';
import { TICKET_MS, type Tickets, ticketScope } from './ticket.ts';
import { isNavigation, isOwnSite, type Visit, type Visitor } from './visitor.ts';

export type DoorDeps = { clock: Clock; tickets: Tickets; accessUrl: string; appHost: string };

/** Where a browser on an app's host name gets its ticket (upstream's path). */
export const AUTH_REDIRECT_PATH = '/api/v2/applications/auth-redirect';

export type Door = ReturnType<typeof createDoor>;

/**
 * Decides whether a visitor may go in: undefined is yes, a response is where else to go. Throws an ApiError for no.
 * A cookie is sent by the browser whoever made the page, so on the dashboard's host it only ever buys a ticket, and only for a page
 * that the user has opened.
 */
export function createDoor({ clock, tickets, accessUrl, appHost }: DoorDeps) {
  const secure = accessUrl.startsWith('https:');

  function newTicket(app: FoundApp, keyId: string): string {
    const { agent, place } = app;
    const scope = ticketScope(agent.workspaceId, agent.agentName, place.target);
    return tickets.issue({ keyId, scope, expiresAt: clock.now().getTime() + TICKET_MS });
  }

  function signIn(visit: Visit): Response {
    const { request, host, url } = visit;
    const here = `${url.pathname}${url.search}`;
    if (request.way === 'path') return redirect(`/login?redirect=${encodeURIComponent(here)}`);
    const back = `${new URL(accessUrl).protocol}//${host}${here}`;
    const asked = `${AUTH_REDIRECT_PATH}?redirect_uri=${encodeURIComponent(back)}`;
    return redirect(accessUrl.replace(/\/+$/, '') + asked);
  }

  function throughCookie(visit: Visit, app: FoundApp, keyId: string): Response | undefined {
    const { request, headers, url } = visit;
    if (isNavigation(visit)) {
      if (!isOwnSite(headers)) {
        return confirmPage(app.title, app.agent.workspaceName, `${url.pathname}${url.search}`);
      }
      const prefix = prefixOf(request, app.place, newTicket(app, keyId));
      return redirect(`${prefix}${request.path || '/'}${request.search}`);
    }
    if (isOwnSite(headers)) return undefined;
    throw new ApiError('FORBIDDEN', {
      message: 'The session cookie alone does not open a port or an app.',
      detail: `Send the token in the ${SESSION_TOKEN_HEADER} header.`,
    });
  }

  function turnAway(visit: Visit, { via }: Visitor): Response {
    if (via === 'expired') {
      if (!isNavigation(visit)) {
        throw new ApiError('UNAUTHENTICATED', { message: 'The visit has expired. Load the page again.' });
      }
      if (visit.request.way === 'host') return signIn(visit);
      return redirect(`${visit.url.pathname.replace(/\/~[^/]*/, '')}${visit.url.search}`);
    }
    if (!visit.upgrade && wantsPage(visit.headers)) return signIn(visit);
    throw new ApiError('UNAUTHENTICATED');
  }

  return {
    /** For a browser that has come to an app's host name with a ticket in its query: keeps it in a cookie. */
    keepTicket(visit: Visit, app: FoundApp): Response | undefined {
      const given = visit.request.way === 'host' ? visit.url.searchParams.get(TICKET_COOKIE) : null;
      if (given === null) return undefined;
      const { agent, place } = app;
      const scope = ticketScope(agent.workspaceId, agent.agentName, place.target);
      if (tickets.read(given, clock.now())?.scope !== scope) return undefined;
      // Whole, since a path may begin with two slashes, which alone would name another host.
      const clean = new URL(`${new URL(accessUrl).protocol}//${visit.host}`);
      clean.pathname = visit.url.pathname;
      clean.search = stripQuery(visit.url.search);
      const response = redirect(clean.href);
      const attributes = `Path=/; Max-Age=${TICKET_MS / 1000}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
      response.headers.append('set-cookie', `${TICKET_COOKIE}=${given}; ${attributes}`);
      return response;
    },

    /** Where somebody goes who has not shown who they are, whether or not there is what they want. */
    turnAway,

    pass(visit: Visit, visitor: Visitor, app: FoundApp): Response | undefined {
      const open = app.sharing === 'public';
      if (!visitor.actor && !open) return turnAway(visit, visitor);
      authorizeApp(visitor.actor, app);
      if (visitor.via === 'cookie' && !open) return throughCookie(visit, app, visitor.actor.key.id);
      return undefined;
    },

    /** Where a browser that has shown its session goes on to an app's host name. */
    toHost(app: FoundApp, keyId: string, back: URL): Response {
      const target = new URL(appUrl({ accessUrl, appHost }, app.place));
      target.pathname = back.pathname;
      target.search = back.search;
      target.searchParams.set(TICKET_COOKIE, newTicket(app, keyId));
      return redirect(target.href);
    },
  };
}

/** 307, so that a browser keeps its method; and never kept, since a ticket ends. */
export function redirect(location: string): Response {
  return new Response(null, { status: 307, headers: { Location: location, 'Cache-Control': 'no-store' } });
}
