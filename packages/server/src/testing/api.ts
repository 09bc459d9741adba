import { randomUUID } from 'node:crypto';
import { type ApiClient, ApiError, createApiClient } from '@coder/api';
import type { AnyRouter } from '@orpc/server';
import { createApprovals, type LookUp } from '../approvals/index.ts';
import { type ClosableAuditTrail, createAuditTrail } from '../audit/index.ts';
import type { Actor } from '../authorization/index.ts';
import { createNotifications } from '../database/index.ts';
import {
  type ApiHandler,
  createApiHandler,
  createPipeline,
  createRateLimits,
  type Pipeline,
} from '../http/index.ts';
import { createIdentity, type Identity, type IdentityOptions } from '../identity/index.ts';
import { createNoopLogger } from '../logger.ts';
import { type TestClock, testClock } from './test-clock.ts';
import type { TestDatabase } from './test-database.ts';

export const testAccessUrl = 'http://coder.test';

export type TestApi = AsyncDisposable & {
  readonly identity: Identity;
  readonly approvals: Awaited<ReturnType<typeof createApprovals>>;
  readonly audit: ClosableAuditTrail;
  readonly pipeline: Pipeline;
  readonly clock: TestClock;
  /** The handler of the contract, as the server has it. */
  readonly handler: ApiHandler;
  /** A request over the whole pipeline. An actor stands for a call from inside the server. */
  fetch(request: Request, actor?: Actor): Promise<Response>;
  /** The typed client, signed in with a token. */
  client(token?: string): ApiClient;
};

export type TestApiOptions = {
  database: TestDatabase;
  /** The routes under test, made when the identity is there; they may be a part of the contract. */
  router: (identity: Identity) => AnyRouter;
  clock?: TestClock;
  identity?: Partial<IdentityOptions>;
  /** What approvals ask about objects of other folders; nothing by default. */
  lookUp?: LookUp;
  /** Requests a minute and user; no limit by default. */
  rateLimit?: number;
};

const hour = 3_600_000;
const absent = () => Promise.reject(new ApiError('NOT_FOUND'));
const noLookUp: LookUp = {
  workspace: absent,
  template: absent,
  version: absent,
  agent: absent,
  process: absent,
  terminal: absent,
  organization: absent,
  archive: absent,
};

/** Routes behind the real pipeline on a test's database, without a socket. */
export async function testApi(options: TestApiOptions): Promise<TestApi> {
  const { database, clock = testClock() } = options;
  const log = createNoopLogger();
  const notifications = createNotifications({ url: database.url, log });
  const identity = await createIdentity({
    db: database.db,
    notifications,
    clock,
    log,
    accessUrl: testAccessUrl,
    sessionDurationMs: 24 * hour,
    defaultTokenLifetimeMs: 168 * hour,
    maxTokenLifetimeMs: 876_600 * hour,
    // Loaded when a test comes to it, since it takes a while.
    endGrants: async (...of) => (await import('../oauth/index.ts')).endGrantsOf(...of),
    ...options.identity,
  });
  const audit = createAuditTrail({ db: database.db, log });
  const approvals = await createApprovals({
    db: database.db,
    notifications,
    clock,
    log,
    accessUrl: testAccessUrl,
    lookUp: options.lookUp ?? noLookUp,
  });
  const pipeline = createPipeline({
    authenticate: identity.authenticate,
    authenticateAgent: identity.authenticateAgent,
    limits: createRateLimits({ api: options.rateLimit ?? 0, login: 0, files: 0, clock }),
    audit,
    approvals: approvals.gate,
    clock,
    log,
  });
  const handler = createApiHandler({
    router: { ...options.router(identity), approvals: approvals.routes },
    pipeline,
    accessUrl: testAccessUrl,
    log,
  });
  const fetch = async (request: Request, actor?: Actor) =>
    (await handler(request, { ip: '127.0.0.1', requestId: randomUUID(), actor })) ??
    Response.json({ message: 'Route not found.' }, { status: 404 });
  return {
    identity,
    approvals,
    audit,
    pipeline,
    clock,
    handler,
    fetch,
    client: (token) => createApiClient({ url: testAccessUrl, token, fetch: (request) => fetch(request) }),
    async [Symbol.asyncDispose]() {
      await audit.flush();
      approvals.close();
      await identity.close();
      await notifications.close();
    },
  };
}
