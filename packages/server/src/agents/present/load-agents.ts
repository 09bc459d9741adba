import { ApiError, type WorkspaceAgent } from '@coder/api';
import { sql } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import { presentAgent } from './agent.ts';
import { presentApp } from './app.ts';
import { loadAppStatuses } from './app-statuses.ts';

export interface LoadAgentsOptions {
  /** `--agent-inactive-disconnect-timeout`; upstream's default when it is not given. */
  inactiveDisconnectMs?: number | undefined;
}

/** One agent in upstream's shape. Throws NOT_FOUND when there is none. */
export async function loadAgent(
  db: Db,
  clock: Clock,
  agentId: string,
  options: LoadAgentsOptions = {},
): Promise<WorkspaceAgent> {
  const row = await db
    .selectFrom('workspace_agents')
    .select(['build_id', 'resource_id'])
    .where('id', '=', agentId)
    .executeTakeFirst();
  const agents = row ? await loadAgents(db, clock, [row.build_id], options) : undefined;
  const agent = agents?.get(row?.resource_id ?? '')?.find(({ id }) => id === agentId);
  if (!agent) throw new ApiError('NOT_FOUND');
  return agent;
}

/**
 * The agents of the given builds in upstream's shape, by the id of their resource, in the order they were made. Three
 * statements, however many builds there are.
 */
export async function loadAgents(
  db: Db,
  clock: Clock,
  buildIds: readonly string[],
  { inactiveDisconnectMs }: LoadAgentsOptions = {},
): Promise<Map<string, WorkspaceAgent[]>> {
  if (buildIds.length === 0) return new Map();
  const ofBuilds = sql<string>`any(${buildIds}::uuid[])`;
  const [agents, apps, statuses] = await Promise.all([
    db
      .selectFrom('workspace_agents as agent')
      .innerJoin('workspaces as workspace', 'workspace.id', 'agent.workspace_id')
      .innerJoin('users as owner', 'owner.id', 'workspace.owner_id')
      .selectAll('agent')
      .select(['workspace.name as workspace_name', 'owner.username as owner_name'])
      .where('agent.build_id', '=', ofBuilds)
      .orderBy('agent.created_at')
      .orderBy('agent.name')
      .execute(),
    db
      .selectFrom('workspace_apps as app')
      .innerJoin('workspace_agents as agent', 'agent.id', 'app.agent_id')
      .selectAll('app')
      .where('agent.build_id', '=', ofBuilds)
      .orderBy('app.position')
      .orderBy('app.slug')
      .execute(),
    loadAppStatuses(db, buildIds),
  ]);
  const appsOf = Map.groupBy(apps, (app) => app.agent_id);
  const now = clock.now();
  const presented = agents.map(({ workspace_name, owner_name, ...agent }) => {
    const place = { agentName: agent.name, workspaceName: workspace_name, ownerName: owner_name };
    const its = (appsOf.get(agent.id) ?? []).map((app) => presentApp(app, place, statuses.get(app.id) ?? []));
    return presentAgent(agent, its, now, inactiveDisconnectMs);
  });
  return Map.groupBy(presented, (agent) => agent.resource_id);
}
