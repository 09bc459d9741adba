import { isUuid } from '@coder/api';
import type { AgentEvent, StatsSample } from '@coder/api/agent';
import type { Transaction } from 'kysely';
import { storableText, type Tables } from '../../database/index.ts';

type Of<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;
type Trx = Transaction<Tables>;

/** Returns whether any app's health is now another. An app that is not this agent's is left alone. */
export async function storeAppHealth(
  trx: Trx,
  agentId: string,
  events: readonly Of<'app_health'>[],
): Promise<boolean> {
  let changed = false;
  for (const { app_id, health } of events) {
    if (!isUuid(app_id)) continue;
    const { numUpdatedRows } = await trx
      .updateTable('workspace_apps')
      .set({ health })
      .where('id', '=', app_id)
      .where('agent_id', '=', agentId)
      .where('health', '!=', health)
      .executeTakeFirst();
    changed ||= numUpdatedRows > 0n;
  }
  return changed;
}

/** The newest value of each metadata script. */
export async function storeMetadata(
  trx: Trx,
  agentId: string,
  events: readonly Of<'metadata'>[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ key, value, error, at }) => ({
    agent_id: agentId,
    key: storableText(key),
    display_name: storableText(key),
    value: storableText(value),
    error: storableText(error),
    collected_at: new Date(at),
  }));
  await trx
    .insertInto('workspace_agent_metadata')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['agent_id', 'key']).doUpdateSet((eb) => ({
        value: eb.ref('excluded.value'),
        error: eb.ref('excluded.error'),
        collected_at: eb.ref('excluded.collected_at'),
      })),
    )
    .execute();
}

/** A sample without a processor figure is the first of a run, and not kept: unknown is not 0. */
export async function storeStats(
  trx: Trx,
  agentId: string,
  workspaceId: string,
  samples: readonly StatsSample[],
): Promise<void> {
  const rows = samples.flatMap(({ at, cpu, memory, disk, process_count }) =>
    cpu.cores_used === null
      ? []
      : [
          {
            agent_id: agentId,
            workspace_id: workspaceId,
            at: new Date(at),
            cpu_cores: cpu.cores_used,
            memory_bytes: Math.round(memory.used_bytes),
            disk_bytes: Math.round(disk.used_bytes),
            processes: process_count,
          },
        ],
  );
  if (rows.length === 0) return;
  await trx
    .insertInto('workspace_agent_stats')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['agent_id', 'at']).doNothing())
    .execute();
}
