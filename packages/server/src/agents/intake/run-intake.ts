import { setTimeout as delay } from 'node:timers/promises';
import type { AgentEvent, EventsHello } from '@coder/api/agent';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import type { Logger } from '../../logger.ts';
import { batches } from './batches.ts';
import { type IntakePosition, storeEvents } from './store-events.ts';

export interface IntakeDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Called after each stored batch in which the workspace was in use. */
  onActivity(workspaceId: string, at: Date): void;
}

export interface IntakeOf {
  agentId: string;
  workspaceId: string;
  /** Opens the agent's event stream behind a position; it goes on until the signal aborts or the link breaks. */
  open(
    position: IntakePosition,
    signal: AbortSignal,
  ): Promise<{ hello: EventsHello; events: AsyncIterable<AgentEvent> }>;
}

/** Events stored in one transaction at most, so that a long backlog does not hold the agent's row for long. */
const MAX_BATCH = 500;
const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Stores an agent's events until the signal says that its link is gone. A failure (the database was away) opens the stream
 * again behind what is stored, so nothing is lost and nothing comes twice.
 */
export async function runIntake(deps: IntakeDeps, of: IntakeOf, signal: AbortSignal): Promise<void> {
  const { log } = deps;
  for (let retryMs = firstRetryMs; !signal.aborted; ) {
    try {
      const stored = await takeIn(deps, of, signal);
      if (stored > 0) retryMs = firstRetryMs;
    } catch (err) {
      if (signal.aborted) return;
      log.warn({ err, agentId: of.agentId }, "an agent's events could not be stored; trying again");
    }
    // A stream that ends by itself is opened again, too, but never in a tight loop.
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

/** One event stream from its beginning to its end. Returns how many events were stored. */
async function takeIn(deps: IntakeDeps, of: IntakeOf, signal: AbortSignal): Promise<number> {
  const { db, log, onActivity } = deps;
  const { agentId, workspaceId } = of;
  const position = await readPosition(db, agentId);
  if (!position) return 0;
  const { hello, events } = await of.open(position, signal);
  if (hello.missed > 0) {
    log.warn({ agentId, missed: hello.missed }, 'an agent has dropped events for want of room');
  }
  if (hello.boot_id !== position.bootId) await storeEvents(deps, agentId, hello.boot_id, []);
  let total = 0;
  for await (const batch of batches(events, MAX_BATCH)) {
    const { stored, activeAt } = await storeEvents(deps, agentId, hello.boot_id, batch);
    total += stored;
    if (activeAt) onActivity(workspaceId, activeAt);
  }
  return total;
}

async function readPosition(db: Db, agentId: string): Promise<IntakePosition | undefined> {
  const row = await db
    .selectFrom('workspace_agents')
    .select(['boot_id', 'last_event_seq'])
    .where('id', '=', agentId)
    .executeTakeFirst();
  return row && { bootId: row.boot_id, seq: row.last_event_seq };
}
