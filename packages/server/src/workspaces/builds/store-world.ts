import { createHash, randomUUID } from 'node:crypto';
import { type Db, inTransaction } from '../../database/index.ts';
import type { Limits, StartedResource } from '../../provisioners/index.ts';
import type { WorkspaceSpec } from '../../templates/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import type { ClaimedBuild } from './claim.ts';

export type NewAgent = { readonly id: string; readonly name: string; readonly token: string };

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Writes what a start build is about to make: a resource, its agent with a fresh token, and the agent's apps. What an
 * earlier run of the same build had written is replaced, and no agent of an earlier build may connect any more.
 */
export async function storeWorld(
  { db, clock }: Pick<WorkspacesDeps, 'db' | 'clock'>,
  build: ClaimedBuild,
  spec: WorkspaceSpec,
): Promise<NewAgent[]> {
  const [resourceId, agentId] = [randomUUID(), randomUUID()];
  const token = randomUUID();
  const now = clock.now();
  const { agent, apps } = spec;
  await inTransaction(db, async (trx) => {
    if (build.again) await trx.deleteFrom('workspace_resources').where('build_id', '=', build.id).execute();
    if (build.number > 1) await revokeAgents(trx, build.workspaceId);
    await trx
      .insertInto('workspace_resources')
      .values({
        id: resourceId,
        build_id: build.id,
        job_id: build.jobId,
        transition: build.transition,
        type: `${spec.runtime}_workspace`,
        name: build.workspaceName,
        daily_cost: build.manifest.daily_cost ?? 0,
        created_at: now,
      })
      .execute();
    await trx
      .insertInto('workspace_agents')
      .values({
        id: agentId,
        resource_id: resourceId,
        build_id: build.id,
        workspace_id: build.workspaceId,
        name: agent.name,
        token_hash: hashToken(token),
        spec: JSON.stringify(agent),
        directory: agent.directory,
        environment: JSON.stringify(agent.env),
        connection_timeout_seconds: agent.connection_timeout_seconds,
        troubleshooting_url: agent.troubleshooting_url,
        ...limitColumns(spec.limits),
        created_at: now,
        updated_at: now,
      })
      .execute();
    if (apps.length > 0) {
      const rows = apps.map((app, position) => ({
        id: randomUUID(),
        agent_id: agentId,
        slug: app.slug,
        display_name: app.display_name,
        icon: app.icon,
        url: app.url,
        command: app.command,
        external: app.external,
        subdomain: app.subdomain,
        sharing_level: app.sharing_level,
        app_group: app.app_group,
        hidden: app.hidden,
        open_in: app.open_in,
        healthcheck_url: app.healthcheck?.url ?? '',
        healthcheck_interval: app.healthcheck?.interval_seconds ?? 0,
        healthcheck_threshold: app.healthcheck?.threshold ?? 0,
        health: app.healthcheck ? 'initializing' : 'disabled',
        position,
        created_at: now,
      }));
      await trx.insertInto('workspace_apps').values(rows).execute();
    }
  });
  return [{ id: agentId, name: agent.name, token }];
}

/** Gives the agents of a build new tokens and forgets their connections, for processes that are to be started again. */
export async function renewAgents(
  { db, clock }: Pick<WorkspacesDeps, 'db' | 'clock'>,
  buildId: string,
): Promise<NewAgent[]> {
  const agents = await db
    .selectFrom('workspace_agents')
    .select(['id', 'name'])
    .where('build_id', '=', buildId)
    .execute();
  const now = clock.now();
  return Promise.all(
    agents.map(async ({ id, name }) => {
      const token = randomUUID();
      await db
        .updateTable('workspace_agents')
        .set({
          token_hash: hashToken(token),
          lifecycle_state: 'created',
          boot_id: null,
          last_event_seq: 0,
          replica_id: null,
          first_connected_at: null,
          last_connected_at: null,
          disconnected_at: null,
          started_at: null,
          ready_at: null,
          // The time to connect counts from here.
          created_at: now,
          updated_at: now,
        })
        .where('id', '=', id)
        .execute();
      return { id, name, token };
    }),
  );
}

/** No agent of the workspace may connect any more. */
export async function revokeAgents(db: Db, workspaceId: string): Promise<void> {
  await db
    .updateTable('workspace_agents')
    .set({ token_hash: null })
    .where('workspace_id', '=', workspaceId)
    .where('token_hash', 'is not', null)
    .execute();
}

/** Adds to the stored resources what the provisioner says it made. */
export async function storeStarted(
  db: Db,
  build: ClaimedBuild,
  started: { resources: readonly StartedResource[]; limits: Limits },
  now: Date,
): Promise<void> {
  for (const resource of started.resources) {
    const given = { type: resource.type, name: resource.name, metadata: JSON.stringify(resource.metadata) };
    const holder = await db
      .updateTable('workspace_resources')
      .set(given)
      .where('build_id', '=', build.id)
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('workspace_agents')
          .select('resource_id')
          .where('build_id', '=', build.id)
          .where('id', 'in', resource.agentIds.length > 0 ? [...resource.agentIds] : [build.id]),
      )
      .executeTakeFirst();
    if (holder.numUpdatedRows > 0n) continue;
    await db
      .insertInto('workspace_resources')
      .values({
        id: randomUUID(),
        build_id: build.id,
        job_id: build.jobId,
        transition: build.transition,
        created_at: now,
        ...given,
      })
      .execute();
  }
  await db
    .updateTable('workspace_agents')
    .set(limitColumns(started.limits))
    .where('build_id', '=', build.id)
    .execute();
}

function limitColumns(limits: Limits) {
  return { cpu_limit: limits.cpuCores, memory_limit: limits.memoryBytes, disk_limit: limits.diskBytes };
}
