import { type Action, ApiError, isUuid } from '@coder/api';
import { type Actor, authorize } from '../../authorization/index.ts';
import type { Db } from '../../database/index.ts';

/** An agent together with what decides whether it may be used: its workspace and that workspace's latest build. */
export interface AgentTarget {
  agentId: string;
  agentName: string;
  workspaceId: string;
  workspaceName: string;
  ownerId: string;
  ownerName: string;
  organizationId: string;
  /** The agent belongs to the workspace's latest build. */
  current: boolean;
  transition: string;
  jobStatus: string;
  lifecycle: string;
  replicaId: string | null;
  createdAt: Date;
  connectionTimeoutSeconds: number;
  firstConnectedAt: Date | null;
  lastConnectedAt: Date | null;
  disconnectedAt: Date | null;
}

/** What finds an agent: its id, or its workspace's owner and name, with the agent's name where there are several. */
export type AgentFilter =
  | { agentId: string }
  | {
      ownerName: string;
      workspaceName: string;
      agentName?: string | undefined;
      /** In place of those of the latest build: those that ran before it, where it is no start. */
      stopped?: boolean;
    };

/** The agents that fit a filter, of workspaces that are not deleted; by name only those of the latest build. */
export async function findTargets(db: Db, filter: AgentFilter): Promise<AgentTarget[]> {
  let query = db
    .selectFrom('workspace_agents as agent')
    .innerJoin('workspaces as workspace', 'workspace.id', 'agent.workspace_id')
    .innerJoin('users as owner', 'owner.id', 'workspace.owner_id')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('workspace_builds as b')
          .innerJoin('provisioner_jobs as j', 'j.id', 'b.job_id')
          .select(['b.id', 'b.transition', 'j.status'])
          .whereRef('b.workspace_id', '=', 'workspace.id')
          .where('b.withdrawn', '=', false)
          .orderBy('b.build_number', 'desc')
          .limit(1)
          .as('latest'),
      (join) => join.onTrue(),
    )
    .where('workspace.deleted', '=', false)
    .select((eb) => [
      'agent.id as agentId',
      'agent.name as agentName',
      'workspace.id as workspaceId',
      'workspace.name as workspaceName',
      'workspace.owner_id as ownerId',
      'owner.username as ownerName',
      'workspace.organization_id as organizationId',
      eb('agent.build_id', '=', eb.ref('latest.id')).$castTo<boolean>().as('current'),
      'latest.transition',
      'latest.status as jobStatus',
      'agent.lifecycle_state as lifecycle',
      'agent.replica_id as replicaId',
      'agent.created_at as createdAt',
      'agent.connection_timeout_seconds as connectionTimeoutSeconds',
      'agent.first_connected_at as firstConnectedAt',
      'agent.last_connected_at as lastConnectedAt',
      'agent.disconnected_at as disconnectedAt',
    ]);
  if ('agentId' in filter) return query.where('agent.id', '=', filter.agentId).execute();
  query = query
    .where((eb) => eb(eb.fn<string>('lower', ['owner.username']), '=', filter.ownerName.toLowerCase()))
    .where('owner.deleted', '=', false)
    .where((eb) => eb(eb.fn<string>('lower', ['workspace.name']), '=', filter.workspaceName.toLowerCase()))
    .where((eb) => {
      if (!filter.stopped) return eb('agent.build_id', '=', eb.ref('latest.id'));
      const last = eb
        .selectFrom('workspace_agents as other')
        .select('other.build_id')
        .whereRef('other.workspace_id', '=', 'workspace.id')
        .orderBy('other.created_at', 'desc')
        .limit(1);
      return eb.and([eb('latest.transition', '!=', 'start'), eb('agent.build_id', '=', last)]);
    });
  if (filter.agentName !== undefined) {
    const name = filter.agentName.toLowerCase();
    query = query.where((eb) => eb(eb.fn<string>('lower', ['agent.name']), '=', name));
  }
  return query.orderBy('agent.created_at').execute();
}

/** The workspace of a target, as authorization asks about it. */
export function workspaceResource({ workspaceId, ownerId, organizationId }: AgentTarget) {
  return { type: 'workspace', id: workspaceId, ownerId, organizationId } as const;
}

/** Finds an agent that the actor may do `action` with. Throws NOT_FOUND for one that is not there or not to be seen. */
export async function loadTarget(
  db: Db,
  actor: Actor,
  agentId: string,
  action: Action<'workspace'>,
): Promise<AgentTarget> {
  const [target] = await findTarget(db, agentId);
  return authorizeTarget(actor, target, action);
}

/** The agent with an id, which may be any text: one, or none. */
export async function findTarget(db: Db, agentId: string): Promise<AgentTarget[]> {
  return isUuid(agentId) ? findTargets(db, { agentId }) : [];
}

/** The target, if there is one and the actor may do `action` with it; throws otherwise. */
export function authorizeTarget(
  actor: Actor,
  target: AgentTarget | undefined,
  action: Action<'workspace'>,
): AgentTarget {
  if (!target) throw agentNotFound();
  try {
    authorize(actor, action, workspaceResource(target));
  } catch (error) {
    throw error instanceof ApiError && error.code === 'NOT_FOUND' ? agentNotFound() : error;
  }
  return target;
}

/** The one answer about an agent that is not there and about one that the caller may not see. */
function agentNotFound(): ApiError {
  return new ApiError('NOT_FOUND', {
    message:
      'There is no agent with this id, or you may not see it. Read the workspace for its current agents.',
  });
}

/** How people know an agent: `owner/workspace.agent`. */
export function targetName({ ownerName, workspaceName, agentName }: AgentTarget): string {
  return `${ownerName}/${workspaceName}.${agentName}`;
}
