import type { Logger } from '../../logger.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

export interface SupervisedPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const checkEveryMs = 500;

/**
 * Starts the built-in PostgreSQL and starts it again should it ever end by itself (killed for want of memory, say). Its URL
 * stays the same, so pools reconnect by themselves.
 */
export async function superviseEmbeddedPostgres(options: EmbeddedOptions): Promise<SupervisedPostgres> {
  let current: EmbeddedPostgres = await startEmbeddedPostgres(options);
  let restarting: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (restarting || current.alive()) return;
    restarting = restart(options.log).finally(() => {
      restarting = undefined;
    });
  }, checkEveryMs);
  timer.unref();

  async function restart(log: Logger): Promise<void> {
    log.error({ pid: current.pid }, 'the database ended by itself; starting it again');
    try {
      current = await startEmbeddedPostgres(options);
    } catch (err) {
      log.error({ err }, 'the database could not be started again');
    }
  }

  return {
    url: current.url,
    get pid() {
      return current.pid;
    },
    async stop() {
      clearInterval(timer);
      await restarting;
      await current.stop();
    },
  };
}
