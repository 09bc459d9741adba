import { insightsRoutes, pruneUsage } from '../insights/index.ts';
import type { Ground } from './ground.ts';

const PRUNE_EVERY_MS = 6 * 60 * 60_000;

/**
 * What goes on over days, of which the oldest is forgotten: at once, for a server that is restarted often, and then every few
 * hours. `close` waits for what is being deleted.
 */
export function composeInsights({
  database: { db },
  clock,
  log,
}: Pick<Ground, 'database' | 'clock' | 'log'>) {
  const prune = async () => {
    try {
      await pruneUsage(db, clock.now());
    } catch (err) {
      log.warn({ err }, 'old use of workspaces could not be deleted');
    }
  };
  let pruning = prune();
  const timer = setInterval(() => {
    pruning = pruning.then(prune);
  }, PRUNE_EVERY_MS).unref();
  return {
    insights: insightsRoutes({ db, clock }),
    async close(): Promise<void> {
      clearInterval(timer);
      await pruning;
    },
  };
}
