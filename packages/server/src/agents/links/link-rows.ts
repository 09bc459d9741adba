import type { AgentInfo, ManifestInput } from '@coder/api/agent';
import { sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction, notify } from '../../database/index.ts';
import { storedSpec } from '../spec.ts';

export interface LinkRowsDeps {
  db: Db;
  clock: Clock;
  /** This server. */
  replicaId: string;
}

/** What is needed to give an agent its work. */
export interface AgentAssignment {
  agentId: string;
  workspaceId: string;
  manifest: ManifestInput;
}

/** The manifest of an agent, from the specification its build stored. Undefined when the agent is gone or retired. */
export async function loadAssignment(db: Db, agentId: string): Promise<AgentAssignment | undefined> {
  const [row, apps] = await Promise.all([
    db
      .selectFrom('workspace_agents as agent')
      .innerJoin('workspaces as workspace', 'workspace.id', 'agent.workspace_id')
      .innerJoin('users as owner', 'owner.id', 'workspace.owner_id')
      .select(['agent.build_id', 'agent.name', 'agent.spec', 'agent.workspace_id'])
      .select(['workspace.name as workspace_name', 'owner.username as owner_name'])
      .where('agent.id', '=', agentId)
      .where('agent.token_hash', 'is not', null)
      .executeTakeFirst(),
    db
      .selectFrom('workspace_apps')
      .select(['id', 'slug', 'healthcheck_url', 'healthcheck_interval', 'healthcheck_threshold'])
      .where('agent_id', '=', agentId)
      .execute(),
  ]);
  if (!row) return undefined;
  const spec = storedSpec(row.spec);
  return {
    agentId,
    workspaceId: row.workspace_id,
    manifest: {
      build_id: row.build_id,
      workspace_id: row.workspace_id,
      workspace_name: row.workspace_name,
      owner_name: row.owner_name,
      agent_id: agentId,
      agent_name: row.name,
      directory: spec.directory,
      env: { ...spec.env },
      scripts: [...spec.scripts],
      metadata: [...spec.metadata],
      apps: apps.map(({ id, slug, healthcheck_url, healthcheck_interval, healthcheck_threshold }) => ({
        id,
        slug,
        ...(healthcheck_url === ''
          ? {}
          : {
              healthcheck: {
                url: healthcheck_url,
                interval_seconds: healthcheck_interval,
                threshold: healthcheck_threshold,
              },
            }),
      })),
    },
  };
}

/** Writes down that an agent is linked to this server, and what it says of itself. */
export async function markConnected(
  { db, clock, replicaId }: LinkRowsDeps,
  { agentId, workspaceId, manifest }: AgentAssignment,
  info: AgentInfo,
): Promise<void> {
  const now = clock.now();
  const metadata = manifest.metadata ?? [];
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('workspace_agents')
      .set({
        first_connected_at: sql<Date>`coalesce(first_connected_at, ${now})`,
        last_connected_at: now,
        disconnected_at: null,
        replica_id: replicaId,
        version: info.version,
        operating_system: info.operating_system,
        architecture: info.architecture,
        expanded_directory: info.directory,
        updated_at: now,
      })
      .where('id', '=', agentId)
      .execute();
    if (metadata.length > 0) {
      await trx
        .insertInto('workspace_agent_metadata')
        .values(metadata.map(({ key, display_name }) => ({ agent_id: agentId, key, display_name })))
        .onConflict((c) =>
          c
            .columns(['agent_id', 'key'])
            .doUpdateSet((eb) => ({ display_name: eb.ref('excluded.display_name') })),
        )
        .execute();
    }
    await notify(trx, 'workspace_changed', workspaceId);
  });
}

/** Writes down that links of this server have ended; a row that another server has taken since is left alone. */
export async function markDisconnected(
  { db, clock, replicaId }: LinkRowsDeps,
  agentIds: readonly string[],
): Promise<void> {
  if (agentIds.length === 0) return;
  const now = clock.now();
  await inTransaction(db, async (trx) => {
    const rows = await trx
      .updateTable('workspace_agents')
      .set({ disconnected_at: now, replica_id: null, updated_at: now })
      .where('id', '=', sql<string>`any(${agentIds}::uuid[])`)
      .where('replica_id', '=', replicaId)
      .returning('workspace_id')
      .execute();
    for (const { workspace_id } of rows) await notify(trx, 'workspace_changed', workspace_id);
  });
}

/**
 * Renews the time at which living links were last heard of, in one statement for all of them. Returns the agents that are
 * still this server's: the others have linked to another server or were retired.
 */
export async function beat(
  { db, clock, replicaId }: LinkRowsDeps,
  agentIds: readonly string[],
): Promise<Set<string>> {
  if (agentIds.length === 0) return new Set();
  const rows = await db
    .updateTable('workspace_agents')
    .set({ last_connected_at: clock.now() })
    .where('id', '=', sql<string>`any(${agentIds}::uuid[])`)
    .where('replica_id', '=', replicaId)
    .where('token_hash', 'is not', null)
    .returning('id')
    .execute();
  return new Set(rows.map(({ id }) => id));
}
