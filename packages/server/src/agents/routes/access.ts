import { type Action, ApiError } from '@coder/api';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import type { RequestContext } from '../../http/index.ts';
import type { AgentConnection } from '../link/index.ts';
import type { LinkRegistry } from '../links/registry.ts';
import type { AgentLink } from '../links/session.ts';
import { fromAgentFailure } from './agent-error.ts';
import { type AgentTarget, authorizeTarget, findTarget, targetName } from './agent-target.ts';
import type { HeldTargets } from './held-targets.ts';
import { requireRunning } from './running.ts';
import { mayLinkSoon, unreachable } from './unreachable.ts';

export interface AccessDeps {
  db: Db;
  clock: Clock;
  registry: LinkRegistry<AgentLink>;
  held: HeldTargets;
  inactiveDisconnectMs: number;
  /** How long a call waits for an agent that is likely to link soon; 10 s by default. */
  linkWaitMs?: number | undefined;
}

/** Passed on with every call to an agent, so that a caller who goes away is not waited for. */
export interface CallSignal {
  signal: AbortSignal;
}

export interface AgentAccess {
  /** The agent, once it is clear that the caller may do this and that the workspace runs. */
  target(context: RequestContext, agentId: string, action: Action<'workspace'>): Promise<AgentTarget>;
  /** Rejects when that is not so any more. */
  check(context: RequestContext, agentId: string, action: Action<'workspace'>): Promise<void>;
  /** The live connection to an agent of a workspace that runs; for who has been let in by other rules than {@link target}'s. */
  reach(target: AgentTarget, signal: AbortSignal): Promise<AgentConnection>;
  /** The live connection to an agent. Waits a little for one that is likely to come; throws AGENT_UNREACHABLE otherwise. */
  connection(target: AgentTarget, signal: AbortSignal): Promise<AgentConnection>;
  /** Runs `work` with the agent's connection. The agent's refusals become errors of the API. */
  use<T>(
    context: RequestContext,
    agentId: string,
    action: Action<'workspace'>,
    work: (connection: AgentConnection, call: CallSignal) => Promise<T>,
  ): Promise<T>;
}

const LINK_WAIT_MS = 10_000;

/** The one way from a request to the inside of a workspace: who asks, does it run, is its agent there. */
export function createAgentAccess(deps: AccessDeps): AgentAccess {
  const { db, clock, registry, held, inactiveDisconnectMs, linkWaitMs = LINK_WAIT_MS } = deps;

  async function target(context: RequestContext, agentId: string, action: Action<'workspace'>) {
    const { actor } = context;
    if (!actor) throw new ApiError('UNAUTHENTICATED');
    const read = () => findTarget(db, agentId);
    // The link of an agent in use vouches for its workspace until that says otherwise.
    const [known] = registry.get(agentId) ? await held.get(agentId, read) : await read();
    const found = authorizeTarget(actor, known, action);
    context.audit.target(found.agentId, targetName(found));
    context.workspaceId = found.workspaceId;
    requireRunning(found);
    return found;
  }

  async function connection(found: AgentTarget, signal: AbortSignal): Promise<AgentConnection> {
    const live = registry.get(found.agentId);
    if (live) return live.connection;
    const came = mayLinkSoon(found, clock.now())
      ? await registry.wait(found.agentId, linkWaitMs, signal)
      : undefined;
    if (came) return came.connection;
    throw unreachable(found, clock.now(), inactiveDisconnectMs);
  }

  return {
    target,
    connection,
    check: async (...asked) => void (await target(...asked)),
    async reach(found, signal) {
      requireRunning(found);
      return connection(found, signal);
    },
    async use(context, agentId, action, work) {
      const found = await target(context, agentId, action);
      const { signal } = context.request;
      const link = await connection(found, signal);
      try {
        return await work(link, { signal });
      } catch (error) {
        throw fromAgentFailure(error, found);
      }
    },
  };
}
