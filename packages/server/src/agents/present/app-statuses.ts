import type { WorkspaceAppStatus } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import { presentAppStatus } from './app.ts';

/** How many of an app's statuses an agent's answer carries: an AI agent reports all day, and the newest are what is looked at. */
const STATUSES_PER_APP = 20;

/** The newest statuses of each app of the given builds' agents, newest first, by app id. */
export async function loadAppStatuses(
  db: Db,
  buildIds: readonly string[],
): Promise<Map<string, WorkspaceAppStatus[]>> {
  const rows = await db
    .selectFrom('workspace_apps as app')
    .innerJoin('workspace_agents as agent', 'agent.id', 'app.agent_id')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('workspace_app_statuses as s')
          .selectAll()
          .whereRef('s.app_id', '=', 'app.id')
          // The index of the table begins with the workspace.
          .whereRef('s.workspace_id', '=', 'agent.workspace_id')
          .orderBy('s.created_at', 'desc')
          .limit(STATUSES_PER_APP)
          .as('status'),
      (join) => join.onTrue(),
    )
    .where('agent.build_id', '=', sql<string>`any(${buildIds}::uuid[])`)
    .selectAll('status')
    .orderBy('status.created_at', 'desc')
    .execute();
  return Map.groupBy(rows.map(presentAppStatus), (status) => status.app_id);
}

/** The newest app status of each workspace that has one, by workspace id. */
export async function latestAppStatus(
  db: Db,
  workspaceIds: readonly string[],
): Promise<Map<string, WorkspaceAppStatus>> {
  if (workspaceIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('workspace_app_statuses')
    .selectAll()
    .distinctOn('workspace_id')
    .where('workspace_id', '=', sql<string>`any(${workspaceIds}::uuid[])`)
    .orderBy('workspace_id')
    .orderBy('created_at', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.workspace_id, presentAppStatus(row)]));
}
