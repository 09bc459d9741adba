import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentEvent, EventsHello } from '@coder/api/agent';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import type { Logger } from '../../logger.ts';
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
  /** Opens the agent's event stream behind a position: NDJSON, first an EventsHello, then events. */
  open(position: IntakePosition, signal: AbortSignal): Promise<Readable>;
}

/** Events stored in one transaction at most, so that a long backlog does not hold the agent's row for long. */
const MAX_BATCH = 500;
/** A line longer than this is no event of ours. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
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
  const position = await readPosition(db, of.agentId);
  if (!position) return 0;
  const stream = await of.open(position, signal);
  const lines = lineReader();
  let bootId: string | undefined;
  let total = 0;
  try {
    // What arrives while a batch is being stored waits in the stream and comes as one chunk, so batches grow with the load.
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const events: AgentEvent[] = [];
      for (const line of lines(chunk)) {
        if (bootId === undefined) {
          const hello = EventsHello.parse(JSON.parse(line));
          bootId = hello.boot_id;
          if (hello.missed > 0) {
            log.warn(
              { agentId: of.agentId, missed: hello.missed },
              'an agent has dropped events for want of room',
            );
          }
          if (bootId !== position.bootId) await storeEvents(deps, of.agentId, bootId, []);
          continue;
        }
        const event = AgentEvent.safeParse(JSON.parse(line));
        if (event.success) events.push(event.data);
        else
          log.debug(
            { agentId: of.agentId, line: line.slice(0, 200) },
            'an event of an unknown kind was skipped',
          );
      }
      for (let from = 0; from < events.length; from += MAX_BATCH) {
        const batch = await storeEvents(
          deps,
          of.agentId,
          bootId as string,
          events.slice(from, from + MAX_BATCH),
        );
        total += batch.stored;
        if (batch.activeAt) onActivity(of.workspaceId, batch.activeAt);
      }
    }
  } finally {
    stream.destroy();
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

/** Returns a function that takes bytes and returns the lines they complete. */
function lineReader(): (chunk: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = data.lastIndexOf(0x0a);
    rest = data.subarray(end + 1);
    if (rest.length > MAX_LINE_BYTES) throw new RangeError('the event stream has a line without an end');
    if (end === -1) return [];
    return data
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  };
}
