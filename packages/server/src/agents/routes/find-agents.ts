import type { FoundAgent, WorkspaceAgent } from '@coder/api';
import { type Actor, can } from '../../authorization/index.ts';
import type { Db } from '../../database/index.ts';
import { agentStatus } from '../present/status.ts';
import { type AgentTarget, findTargets, workspaceResource } from './agent-target.ts';
import type { HeldTargets } from './held-targets.ts';

/** A startup script that failed leaves a workspace one can work in, which is how it is put right. */
const ENTERED: readonly string[] = ['ready', 'start_error', 'start_timeout'];

export interface AgentNames {
  /** A username, or `me`. */
  owner: string;
  workspace: string;
  agent?: string | undefined;
}

export interface FindDeps {
  db: Db;
  held: HeldTargets;
  /** Whether this server holds the link of an agent. */
  isLinked(agentId: string): boolean;
  inactiveDisconnectMs: number;
}

/**
 * The agents that names stand for, in one statement or none: what a tool asks first on every call. Those that the actor may not
 * see are left out, so that an empty answer tells nothing about others.
 */
export async function findAgents(
  { db, held, isLinked, inactiveDisconnectMs }: FindDeps,
  actor: Actor,
  names: AgentNames,
  now: Date,
): Promise<FoundAgent[]> {
  const ownerName = names.owner === 'me' ? actor.user.username : names.owner;
  const read = () => findTargets(db, { ownerName, workspaceName: names.workspace, agentName: names.agent });
  const key = JSON.stringify([ownerName, names.workspace, names.agent]).toLowerCase();
  const known = await held.get(key, read);
  // What a live link does not vouch for is read anew.
  const found = known.every((target) => isLinked(target.agentId)) ? known : await read();
  return found
    .filter((target) => can(actor, 'read', workspaceResource(target)))
    .map((target) => present(target, now, inactiveDisconnectMs));
}

function present(target: AgentTarget, now: Date, inactiveDisconnectMs: number): FoundAgent {
  const status = agentStatus(
    {
      created_at: target.createdAt,
      first_connected_at: target.firstConnectedAt,
      last_connected_at: target.lastConnectedAt,
      disconnected_at: target.disconnectedAt,
      connection_timeout_seconds: target.connectionTimeoutSeconds,
    },
    now,
    inactiveDisconnectMs,
  );
  const runs = target.transition === 'start' && target.jobStatus === 'succeeded';
  return {
    agent_id: target.agentId,
    agent_name: target.agentName,
    workspace_id: target.workspaceId,
    workspace_name: target.workspaceName,
    owner_name: target.ownerName,
    status,
    lifecycle_state: target.lifecycle as WorkspaceAgent['lifecycle_state'],
    usable: runs && status === 'connected' && ENTERED.includes(target.lifecycle),
  };
}
