import type { IncomingMessage } from 'node:http';
import { ApiError, parseAppHost } from '@coder/api';
import type { AgentAccess } from '../agents/index.ts';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import {
  type AuditTrail,
  type HttpApp,
  type HttpContext,
  type OpenRequests,
  type Pipeline,
  toApiError,
  type UpgradeRequest,
  type Upgrades,
} from '../http/index.ts';
import type { Changes } from '../jobs/index.ts';
import type { Logger } from '../logger.ts';
import { authRedirect } from './auth-redirect.ts';
import { AUTH_REDIRECT_PATH, createDoor } from './door.ts';
import { errorAnswer } from './pages.ts';
import { type AppRequest, placeOf } from './place.ts';
import { createProxy } from './proxy.ts';
import { createTickets } from './ticket.ts';
import { createVisitAudit } from './visit-audit.ts';
import { createVisitorOf, type Visit } from './visitor.ts';

export type AppsDeps = {
  db: Db;
  /** `--disable-workspace-sharing`. */
  withoutSharing: boolean;
  /** Tells when ports of a workspace are shared otherwise. */
  changes: Pick<Changes, 'subscribe'>;
  clock: Clock;
  /** The URL people know the deployment by. */
  accessUrl: string;
  /** `--wildcard-access-url`, such as `*.apps.example.com`; empty for none. */
  appHost: string;
  pipeline: Pipeline;
  audit: AuditTrail;
  log: Logger;
  access: AgentAccess;
  /** The actor a key stands for, as long as the key and its user are good. */
  actorOfKey(keyId: string): Promise<Actor | undefined>;
  /** Calls `end` when an actor's key is no longer good, until `over` says that there is nothing left to end. */
  whileGood(actor: Actor, over: AbortSignal, end: () => void, workspaceOf: () => string): void;
  /** Told whose a visit is. */
  openRequests?: Pick<OpenRequests, 'identify'> | undefined;
};

export type Apps = {
  /** Takes the requests for ports and apps before all other routes see them. Call it before those are added. */
  mount(app: HttpApp, upgrades: Upgrades): void;
};

/** The proxy to ports and apps of workspaces: below a path of the access URL, and below the wildcard host where there is one. */
export async function createApps(deps: AppsDeps): Promise<Apps> {
  const { db, appHost, accessUrl } = deps;
  const tickets = await createTickets(db);
  const door = createDoor({ ...deps, tickets });
  const visitorOf = createVisitorOf({ ...deps, tickets });
  const proxy = createProxy({ ...deps, door, visitorOf, noteVisit: createVisitAudit(deps) });

  async function answer(c: HttpContext, found: AppRequest | 'invalid', url: URL): Promise<Response> {
    try {
      return await proxy.http(visitOf(c, required(found), url), c.req.raw.body);
    } catch (thrown) {
      return errorAnswer(toApiError(thrown, c.get('requestInfo').id), c.req.raw.headers);
    }
  }

  return {
    mount(app, upgrades) {
      app.use(async (c, next) => {
        // Most requests are for none of these, and this is on the way of all of them.
        if (appHost === '' && !c.req.path.startsWith('/@')) return next();
        const url = new URL(c.req.url);
        const found = placeOf(url, c.req.header('host') ?? url.host, appHost);
        if (found) {
          c.set('routePattern', '/@{user}/{workspace}/…');
          return answer(c, found, url);
        }
        if (appHost !== '' && url.pathname === AUTH_REDIRECT_PATH) {
          return authRedirect({ ...deps, door }, c, url);
        }
        return next();
      });
      upgrades.on(
        (incoming) => placeOfUpgrade(incoming, appHost) !== undefined,
        async (upgrade) => {
          const found = required(placeOfUpgrade(upgrade.incoming, appHost));
          await proxy.upgrade(visitOfUpgrade(upgrade, found), upgrade);
        },
      );
    },
  };

  function required(found: AppRequest | 'invalid' | undefined): AppRequest {
    if (found && found !== 'invalid') return found;
    throw new ApiError('NOT_FOUND', {
      message: `Nothing has this address. Ports are at ${accessUrl}/@<owner>/<workspace>/ports/<port>/.`,
    });
  }
}

function visitOf(c: HttpContext, request: AppRequest, url: URL): Visit {
  const info = c.get('requestInfo');
  return {
    request,
    method: c.req.method,
    url,
    headers: info.headers,
    host: c.req.header('host') ?? url.host,
    ip: info.ip,
    requestId: info.id,
    userAgent: info.userAgent,
    signal: info.signal,
    upgrade: false,
    actor: c.env?.inProcess?.actor,
  };
}

function visitOfUpgrade({ incoming, url, info }: UpgradeRequest, request: AppRequest): Visit {
  return {
    request,
    method: 'GET',
    url,
    headers: info.headers,
    host: incoming.headers.host ?? '',
    ip: info.ip,
    requestId: info.id,
    userAgent: info.userAgent,
    signal: info.signal,
    upgrade: true,
  };
}

function placeOfUpgrade(incoming: IncomingMessage, appHost: string): AppRequest | 'invalid' | undefined {
  const host = incoming.headers.host ?? '';
  const path = incoming.url ?? '/';
  // Most upgrades are for routes of ours and need no parsing here.
  if (!path.startsWith('/@') && parseAppHost(appHost, host) === undefined) return undefined;
  return URL.canParse(path, 'http://server')
    ? placeOf(new URL(path, 'http://server'), host, appHost)
    : 'invalid';
}
