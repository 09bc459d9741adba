import { optimizeSooner } from '@coder/api/optimize-sooner';
import type { Config } from '../config/index.ts';
import type { Logger } from '../logger.ts';
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts';

export interface RunOptions extends ServerOptions {
  /** Called when the server is healthy. */
  onReady?(server: RunningServer): Promise<void> | void;
}

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Signals within this many milliseconds are one. A terminal sends Ctrl+C to all of its programs, and npm and the launcher pass on
 * what they get, so that one press arrives several times.
 */
const sameStopMs = 1_000;

/** How long what is left may take once requests and builds have been waited for. A database that is silent would hold it up for ever. */
const closeMs = 15_000;

/**
 * Runs a server until the process is told to stop, and resolves with the exit code. The first signal stops it in order, a
 * later one ends the process at once (a built-in database left running is taken over by the next start).
 * @throws {StartupError} if it cannot start
 */
export async function runServer(config: Config, { onReady, ...options }: RunOptions): Promise<number> {
  const { log } = options;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>();
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > sameStopMs) process.exit(130);
      return;
    }
    firstAt = performance.now();
    log.info({ signal }, 'stopping; a second signal ends the process at once');
    stop(signal);
  };
  const onCrash = (err: unknown) => {
    log.fatal({ err }, 'an error that nobody handled ends the server');
    process.exit(1);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  try {
    const server = await startServer(config, options);
    optimizeSooner();
    try {
      // A stop that is asked for while the work after the start goes on need not wait for it.
      await Promise.race([stopped, onReady?.(server)]);
      await stopped;
    } finally {
      await closed(server, config, log);
    }
    log.info('stopped');
    return 0;
  } finally {
    for (const signal of stopSignals) process.off(signal, onSignal);
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  }
}

async function closed(server: RunningServer, { shutdownTimeout }: Config, log: Logger): Promise<void> {
  const overdue = setTimeout(() => {
    log.error(
      'the database does not answer, or something else cannot be closed; the process ends without it',
    );
    process.exit(1);
  }, shutdownTimeout + closeMs);
  await server.close().finally(() => clearTimeout(overdue));
}
