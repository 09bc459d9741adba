import { ApiError } from '@coder/api';
import type { Hono } from 'hono';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import {
  type AuditTrail,
  type Authenticate,
  errorResponse,
  type HttpEnv,
  toApiError,
} from '../http/index.ts';
import type { Logger } from '../logger.ts';
import { resourcesOf } from './addresses.ts';
import { oauth2ApiRoutes } from './api-routes.ts';
import { createDescribeApplication } from './applications.ts';
import { createApps } from './apps.ts';
import { createBridge } from './bridge.ts';
import { createClientDocuments } from './client-documents.ts';
import { createConnections } from './connections.ts';
import { createConsent } from './consent.ts';
import { createDevices } from './devices.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { createInteractions } from './interactions.ts';
import { createProvider } from './provider.ts';
import { createOAuthRoutes } from './routes.ts';
import { createOAuthSettings } from './settings.ts';
import { createStepAudit } from './steps-audit.ts';
import { createClientStore } from './store/clients.ts';
import { createGrantStore } from './store/grants.ts';
import { markInteraction } from './store/interactions.ts';
import { createKnownParties } from './store/known.ts';
import { createSweep } from './store/sweep.ts';

export type OAuthOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  audit: AuditTrail;
  authenticate: Authenticate;
  /** Without a slash at the end. */
  accessUrl: string;
  experiments: ReadonlySet<string>;
  /** How long an access token lives at most, in milliseconds. */
  sessionDurationMs: number;
  /** Whether requests are limited in number. */
  isLimited: boolean;
  allowedOrigins: readonly string[];
  /** How the documents of applications are fetched; by default from public https addresses only. */
  fetchDocument?: GuardedFetch;
  /** The URL of the HTTP proxy to fetch them through; none if empty. */
  documentsProxy?: string;
};

export type OAuth = {
  /** To be mounted at the root, before the contract's routes. */
  readonly routes: Hono<HttpEnv>;
  /** The contract's routes `oauth2` and `oauth2Provider`. */
  readonly apiRoutes: ReturnType<typeof oauth2ApiRoutes>;
  /** Deletes what has expired. Called by itself every few minutes. */
  sweep(): Promise<void>;
  close(): Promise<void>;
};

/** Clients with a refresh token renew theirs often, so a lost access token is not worth much for long. */
const longestAccessToken = 3_600;
const sweepEveryMs = 10 * 60_000;

/**
 * The authorization server. Without the experiment its documents are not there, and its endpoints answer 403 with the name of
 * what to switch on.
 */
export async function createOAuth(options: OAuthOptions): Promise<OAuth> {
  const { db, clock, log, audit, accessUrl } = options;
  const resources = resourcesOf(accessUrl);
  const settings = createOAuthSettings({ db, clock });
  const clients = createClientStore({ db, clock });
  const grants = createGrantStore({ db, clock });
  const fetchDocument = createClientDocuments({
    db,
    clock,
    log,
    fetch: options.fetchDocument ?? createGuardedFetch({ proxy: options.documentsProxy ?? '' }),
  });
  const provider = await createProvider({
    ...options,
    resources,
    settings,
    clients,
    grants,
    fetchDocument,
    accessTokenSeconds: Math.min(longestAccessToken, Math.floor(options.sessionDurationMs / 1_000)),
  });
  provider.on('server_error', (_ctx, err) => log.error({ err }, 'the authorization server failed'));
  const describe = createDescribeApplication({ db, provider });
  const consent = createConsent({ db, clock, provider, grants });
  const isOn = options.experiments.has('oauth2');
  const requireExperiment = (): void => {
    if (isOn) return;
    throw new ApiError('EXPERIMENT_OFF', {
      message: 'OAuth2 is not enabled on this deployment: the experiment oauth2 is off.',
      detail:
        'Start the server with CODER_EXPERIMENTS="oauth2,mcp-server-http" or --experiments=oauth2,mcp-server-http.',
    });
  };

  const connections = createConnections({ db, clock, grants });
  const routes = createOAuthRoutes({
    accessUrl,
    authenticate: options.authenticate,
    revokeClient: connections.revokeClient,
    resources,
    settings,
    callProvider: createBridge(provider, accessUrl),
    step: createStepAudit({ audit, clock, log }),
    describe,
    known: createKnownParties(db),
    clock,
    async markInteraction(uid, mark, clientId) {
      await markInteraction(db, uid, mark);
      await clients.touch(clientId);
    },
    isLimited: options.isLimited,
    allowedOrigins: options.allowedOrigins,
    isOn,
    requireExperiment,
  });
  routes.onError((thrown, c) => {
    const { id } = c.get('requestInfo');
    const error = toApiError(thrown, id);
    if (error.status >= 500)
      log.error({ err: error.cause ?? error, requestId: id }, 'an OAuth2 request failed');
    return errorResponse(error);
  });

  const sweep = createSweep({ db, clock });
  const timer = setInterval(() => {
    sweep().catch((err: unknown) => log.warn({ err }, 'what has expired could not be deleted'));
  }, sweepEveryMs).unref();

  return {
    routes,
    apiRoutes: oauth2ApiRoutes({
      requireExperiment,
      interactions: createInteractions({ db, grants, provider, accessUrl, consent, describe }),
      devices: createDevices({ db, clock, resources, consent, grants, describe }),
      connections,
      apps: createApps({ db, clock, clients, accessUrl }),
      settings,
    }),
    sweep,
    async close() {
      clearInterval(timer);
    },
  };
}
