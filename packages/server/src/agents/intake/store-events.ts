import type { AgentEvent } from '@coder/api/agent';
import type { Transaction } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction, notify, type Tables } from '../../database/index.ts';
import { type SortedEvents, sortEvents } from './batch.ts';
import { lifecycleColumns } from './lifecycle.ts';
import { storeAppHealth, storeMetadata, storeStats } from './store-facts.ts';
import { storeLogs } from './store-logs.ts';

/** Where the intake of one agent stands: the run of the agent, and the newest of its events that is stored. */
export interface IntakePosition {
  bootId: string | null;
  seq: number;
}

export interface StoredBatch {
  /** How many of the events were new. */
  stored: number;
  /** When the workspace was last seen in use, if the new events say so. */
  activeAt: Date | undefined;
}

/**
 * Stores a batch of an agent's events and the position behind it in one transaction, so that after a crash at any point each
 * event is stored once. Events at or before the stored position are skipped: two intakes of one agent cannot double anything.
 */
export async function storeEvents(
  { db, clock }: { db: Db; clock: Clock },
  agentId: string,
  bootId: string,
  events: readonly AgentEvent[],
): Promise<StoredBatch> {
  return inTransaction(db, async (trx) => {
    const agent = await trx
      .selectFrom('workspace_agents')
      .select(['boot_id', 'last_event_seq', 'workspace_id', 'logs_length', 'logs_overflowed'])
      .where('id', '=', agentId)
      .forUpdate()
      .executeTakeFirst();
    if (!agent) return { stored: 0, activeAt: undefined };
    const after = agent.boot_id === bootId ? agent.last_event_seq : 0;
    const fresh = events.filter((event) => event.seq > after);
    const last = fresh.at(-1);
    if (!last && agent.boot_id === bootId) return { stored: 0, activeAt: undefined };

    const sorted = sortEvents(fresh);
    const logs = await storeLogs(trx, agentId, agent, sorted.logs);
    const changed = await storeFacts(trx, agentId, agent.workspace_id, sorted);
    await trx
      .updateTable('workspace_agents')
      .set({
        boot_id: bootId,
        last_event_seq: last?.seq ?? 0,
        ...logs.columns,
        ...lifecycleColumns(sorted.lifecycle),
        ...(changed ? { updated_at: clock.now() } : {}),
      })
      .where('id', '=', agentId)
      .execute();
    if (logs.stored > 0) await notify(trx, 'agent_log', agentId);
    if (sorted.metadata.size > 0) await notify(trx, 'agent_metadata', agentId);
    if (changed || logs.overflowedNow) await notify(trx, 'workspace_changed', agent.workspace_id);
    return { stored: fresh.length, activeAt: sorted.activeAt };
  });
}

/** Returns whether anything that a workspace's answer shows has changed. */
async function storeFacts(
  trx: Transaction<Tables>,
  agentId: string,
  workspaceId: string,
  sorted: SortedEvents,
): Promise<boolean> {
  await storeMetadata(trx, agentId, [...sorted.metadata.values()]);
  await storeStats(trx, agentId, workspaceId, sorted.samples);
  const health = await storeAppHealth(trx, agentId, [...sorted.appHealth.values()]);
  return health || sorted.lifecycle.length > 0;
}
