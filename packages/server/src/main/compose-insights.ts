import { insightsRoutes, pruneUsage } from '../insights/index.ts';
import type { Ground } from './ground.ts';

const PRUNE_EVERY_MS = 6 * 60 * 60_000;

/** What goes on over days, of which the oldest is forgotten. */
export function composeInsights({ database: { db }, clock, log }: Ground) {
  const prune = () =>
    pruneUsage(db, clock.now()).catch((err: unknown) =>
      log.warn({ err }, 'old use of workspaces could not be deleted'),
    );
  const timer = setInterval(() => void prune(), PRUNE_EVERY_MS).unref();
  return { insights: insightsRoutes({ db, clock }), close: () => clearInterval(timer) };
}
