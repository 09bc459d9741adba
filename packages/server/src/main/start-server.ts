import { ApiError } from '@coder/api';
import { sql } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config/index.ts';
import {
  createDatabase,
  createNotifications,
  type Database,
  deploymentId,
  lockDataDirectory,
  migrate,
  migrations,
  superviseEmbeddedPostgres,
  waitForDatabase,
} from '../database/index.ts';
import {
  createHealth,
  createHostRules,
  createHttpApp,
  createHttpServer,
  createMetrics,
  createOpenRequests,
  createUpgrades,
  errorResponse,
  type HealthState,
  serveMetrics,
} from '../http/index.ts';
import type { Logger } from '../logger.ts';
import { version } from '../version.ts';
import { bodyLimits } from './body-limits.ts';
import { compose } from './compose.ts';
import { ensureDataDirectory } from './data-directory.ts';
import type { Composition, Ground } from './ground.ts';
import { neighbourWarning } from './neighbour-hosts.ts';

export interface ServerOptions {
  log: Logger;
  clock?: Clock;
  fetchDocument?: Ground['fetchDocument'];
}

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The URL that users, agents and MCP clients are told. */
  readonly accessUrl: string;
  readonly database: Database;
  /**
   * Stops: takes no new work, lets what runs end (within `--shutdown-timeout`), closes connections, stops the built-in
   * database. Workspaces go on running.
   */
  close(): Promise<void>;
}

/**
 * Starts a whole server and resolves when it is healthy. It listens from the beginning, answering 503 until it can do more,
 * so that a second server on the same address is refused before it touches any data.
 * @throws {StartupError} if something that the operator can mend keeps it from starting; nothing is left running then
 */
export async function startServer(
  config: Config,
  { log, clock = systemClock, fetchDocument }: ServerOptions,
): Promise<RunningServer> {
  const started = performance.now();
  await using undo = new AsyncDisposableStack();
  await ensureDataDirectory(config);
  const lock = await lockDataDirectory(config.dataDir);
  undo.defer(lock.release);

  let probe: () => Promise<unknown> = async () => undefined;
  const health = createHealth({ check: () => probe() });
  const trustedProxies = { headers: config.proxyTrustedHeaders, origins: config.proxyTrustedOrigins };
  const metrics = createMetrics();
  const hosts = createHostRules({
    accessUrl: config.accessUrl,
    wildcardAccessUrl: config.wildcardAccessUrl,
    listenHost: config.httpAddress.host,
    allowedHosts: config.httpAllowedHosts,
  });
  const openRequests = createOpenRequests({
    max: config.dangerousDisableRateLimits ? 0 : config.httpMaxOpenRequests,
    trustedProxies,
  });
  const app = createHttpApp({
    log,
    health,
    hosts,
    openRequests,
    bodyTimeMs: config.httpBodyTimeout,
    trustedProxies,
    bodyLimits: bodyLimits(config.wildcardAccessUrl),
    metrics: config.prometheusEnable ? metrics : undefined,
  });
  const upgrades = createUpgrades({
    log,
    trustedProxies,
    closedFor: () => (health.state === 'ready' ? undefined : unavailable(health.state)),
    hosts,
    openRequests,
  });
  const server = await createHttpServer({
    fetch: (request, bindings) =>
      health.state === 'starting' ? errorResponse(unavailable('starting')) : app.fetch(request, bindings),
    address: config.httpAddress,
    upgrades,
    openRequests,
    version,
    log,
  });
  undo.defer(() => server.close(0));
  const accessUrl = config.accessUrl || localUrl(server.url);

  const url = await databaseUrl(config, log, undo);
  const database = createDatabase({ url, log });
  undo.defer(database.close);
  probe = () => sql`select 1`.execute(database.db);
  const applied = await migrate(database.db, migrations);
  if (applied.length > 0) log.info({ migrations: applied }, 'database migrated');
  const notifications = createNotifications({ url, log });
  undo.defer(notifications.close);
  if (config.prometheusEnable) {
    const served = await serveMetrics(metrics.registry, config.prometheusAddress);
    undo.defer(served.close);
    log.info({ url: served.url }, 'metrics are served');
  }

  const stopping = new AbortController();
  const composition = await compose({
    config,
    stopping: stopping.signal,
    accessUrl,
    localUrl: localUrl(server.url),
    version,
    deploymentId: await deploymentId(database.db),
    log,
    clock,
    database,
    notifications,
    app,
    upgrades,
    openRequests,
    metrics,
    ...(fetchDocument ? { fetchDocument } : {}),
  });
  undo.defer(composition.close);
  await lock.announce(accessUrl);
  health.state = 'ready';
  log.info(
    { url: server.url, accessUrl, version, ms: Math.round(performance.now() - started) },
    'the server is ready',
  );
  if (!config.accessUrl) {
    log.warn(
      `No --access-url is set: the server tells everyone ${accessUrl}, which only this machine can reach.`,
    );
  }
  const neighbours = neighbourWarning(accessUrl, config.wildcardAccessUrl);
  if (neighbours) log.warn(neighbours);

  const running = undo.move();
  let closing: Promise<void> | undefined;
  const close = async () => {
    health.state = 'stopping';
    const until = performance.now() + config.shutdownTimeout;
    await drain(composition, config.shutdownTimeout, log);
    stopping.abort();
    await server.close(Math.max(1_000, until - performance.now()));
    await running.disposeAsync();
  };
  return {
    url: server.url,
    accessUrl,
    database,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** The operator's PostgreSQL, or our own. */
async function databaseUrl(config: Config, log: Logger, undo: AsyncDisposableStack): Promise<string> {
  if (config.postgresUrl) {
    await waitForDatabase({ url: config.postgresUrl, log });
    return config.postgresUrl;
  }
  const postgres = await superviseEmbeddedPostgres({ dataDir: config.dataDir, log });
  undo.defer(postgres.stop);
  return postgres.url;
}

async function drain(composition: Composition, timeoutMs: number, log: Logger): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  await composition
    .drain(signal)
    .catch((err) => log.error({ err }, 'what was running could not be ended in order'));
}

function unavailable(state: HealthState): ApiError {
  return new ApiError('OVERLOADED', { message: `The server is ${state}.`, retryAfter: 1 });
}

/** A server that listens on every address is reached from this machine by the loopback one. */
function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
