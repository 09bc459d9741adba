import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAgent } from '@coder/agent';
import { type ApiClient, createApiClient } from '@coder/api';
import { createApps, isAppPath } from '../../apps/index.ts';
import { createNotifications } from '../../database/index.ts';
import {
  createHealth,
  createHttpApp,
  createHttpServer,
  createRawRoutes,
  createUpgrades,
} from '../../http/index.ts';
import { createChanges } from '../../jobs/index.ts';
import {
  createNoopLogger,
  type TestApi,
  type TestClock,
  type TestDatabase,
  type TestUser,
  type TestUserOptions,
  testAccessUrl,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../../testing/index.ts';
import { createAgents } from '../agents.ts';
import { isStreamedBody } from '../raw-routes.ts';
import { type Seeded, type SeedOptions, seedWorkspace } from './seed.ts';

export interface HarnessOptions {
  linkWaitMs?: number;
  inactiveDisconnectMs?: number;
  /** `--wildcard-access-url`; the host's port is the server's. */
  appHost?: string;
  /** `--disable-workspace-sharing`. */
  withoutSharing?: boolean;
}

export type Harness = AsyncDisposable & Awaited<ReturnType<typeof harness>>;
type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** A whole server as far as agents need one: real sockets, a real database, and real agent programs that dial it. */
export async function harness(options: HarnessOptions = {}) {
  const database = await testDatabase();
  const clock = testClock();
  const activity: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  let server = await startServer(database, clock, activity, 0, options);
  const { url } = server.http;

  return {
    database,
    clock,
    url,
    /** A workspace id for each time its use was passed on. */
    activity,
    server: () => server,
    user: (user?: TestUserOptions) => testUser(database.db, user),
    client: (user: TestUser): ApiClient => createApiClient({ url, token: user.token }),
    /** The rows of a running workspace of the user. */
    workspace: ({ user, organizationId }: TestUser, seed: SeedOptions = {}) =>
      seedWorkspace(database.db, {
        ...seed,
        owner: { userId: user.id, username: user.username, organizationId },
      }),
    async startAgent(seeded: Seeded) {
      const agent = await runAgent(url, seeded.token);
      stops.push(agent.stop);
      return agent;
    },
    /** Drops every link and connection without a word, as a kill would, and serves again on the same port. */
    async restart(whileAway: () => Promise<void> = async () => undefined) {
      const { port } = server.http;
      await killServer(server);
      await whileAway();
      server = await startServer(database, clock, activity, port, options);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()));
      await stopServer(server);
      await database.close();
    },
  };
}

async function startServer(
  database: TestDatabase,
  clock: TestClock,
  activity: string[],
  port: number,
  options: HarnessOptions,
) {
  const log = createNoopLogger();
  const notifications = createNotifications({ url: database.url, log });
  const changes = createChanges(notifications);
  const agents = await createAgents({
    db: database.db,
    changes,
    clock,
    log,
    notifications,
    replicaId: randomUUID(),
    onActivity: (workspaceId) => activity.push(workspaceId),
    linkWaitMs: options.linkWaitMs,
    inactiveDisconnectMs: options.inactiveDisconnectMs,
    accessUrl: testAccessUrl,
    actorOfKey: (keyId) => api.identity.actorOfKey(keyId),
    whileGood: (...visit) => api.identity.whileGood(...visit),
  });
  const api: TestApi = await testApi({ database, clock, router: () => agents.routes });
  const trustedProxies = { headers: [], origins: [] };
  const health = createHealth({ check: async () => undefined });
  const bodyLimits = (path: string) =>
    isStreamedBody(path) || isAppPath(path) ? undefined : 10 * 1024 * 1024;
  const app = createHttpApp({ log, health, trustedProxies, bodyLimits });
  const upgrades = createUpgrades({ log, trustedProxies });
  const apps = await createApps({
    db: database.db,
    withoutSharing: options.withoutSharing ?? false,
    changes,
    clock,
    accessUrl: testAccessUrl,
    appHost: options.appHost ?? '',
    pipeline: api.pipeline,
    audit: api.audit,
    log,
    access: agents.access,
    actorOfKey: api.identity.actorOfKey,
    whileGood: api.identity.whileGood,
  });
  apps.mount(app, upgrades);
  const raw = createRawRoutes({
    app,
    upgrades,
    pipeline: api.pipeline,
    accessUrl: testAccessUrl,
    log,
    whileGood: api.identity.whileGood,
    stopping: new AbortController().signal,
  });
  agents.mount(raw);
  raw.mountApi(api.handler);
  const http = await createHttpServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    address: { host: '127.0.0.1', port },
    upgrades,
    version: 'v0.0.0-test',
    log,
  });
  return { agents, api, http, upgrades, notifications };
}

async function stopServer({ agents, api, http, notifications }: RunningServer): Promise<void> {
  await http.close(0);
  await agents.close();
  await notifications.close();
  await api[Symbol.asyncDispose]();
}

async function killServer(server: RunningServer): Promise<void> {
  server.upgrades.terminate();
  await stopServer(server);
}

/** Runs the agent program in a home of its own. */
async function runAgent(url: string, token: string) {
  const home = await mkdtemp(join(tmpdir(), 'agents-test-'));
  const { entry } = await buildAgent({ outputFolder: join(tmpdir(), 'agent-test-builds') });
  const child = spawn(process.execPath, [entry], {
    cwd: home,
    env: { PATH: process.env.PATH ?? '', HOME: home, CODER_AGENT_URL: url, CODER_AGENT_TOKEN: token },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log += text.toString();
  });
  return {
    home,
    child,
    log: () => log,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}
