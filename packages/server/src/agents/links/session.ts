import type { WebSocket } from 'ws';
import { type IntakeDeps, runIntake } from '../intake/run-intake.ts';
import { type AgentConnection, AgentUnreachable, createAgentConnection } from '../link/index.ts';
import { type LinkRowsDeps, loadAssignment, markConnected, markDisconnected } from './link-rows.ts';
import type { Redials } from './redials.ts';
import type { LinkRegistry } from './registry.ts';

/** A link as the server keeps it. */
export interface AgentLink {
  readonly agentId: string;
  readonly connection: AgentConnection;
  /** Its row says that it is there, so that a heartbeat may renew it. */
  marked: boolean;
}

export interface SessionDeps extends LinkRowsDeps, IntakeDeps {
  registry: LinkRegistry<AgentLink>;
  redials: Redials;
  /** An agent that has not answered a ping for this long is gone. */
  pingMs: number;
}

/**
 * Serves one link from its first moment to its end: gives the agent its manifest, makes the link the live one, and takes in the
 * agent's events. A command can be sent as soon as the manifest is applied; the rows follow beside it. Never throws.
 */
export async function serveLink(deps: SessionDeps, agentId: string, socket: WebSocket): Promise<void> {
  const { log, registry } = deps;
  const connection = createAgentConnection(socket, { pingMs: deps.pingMs });
  const link: AgentLink = { agentId, connection, marked: false };
  const ended = new AbortController();
  let answeredWrongly = false;
  const closed = connection.closed.then((reason) => {
    const wasLive = registry.remove(link);
    ended.abort();
    log.debug({ agentId, reason }, 'the link of an agent has ended');
    return wasLive;
  });

  const rows = setUp(deps, link, ended.signal).catch((err: unknown) => {
    answeredWrongly = err instanceof AgentUnreachable && err.reason === 'wrong';
    if (ended.signal.aborted) return;
    log.warn({ err, agentId }, 'an agent could not be given its work; it dials again');
    connection.close('The server could not set the agent up.');
  });
  const wasLive = await closed;
  await rows;
  if (connection.fault || answeredWrongly) {
    const waitMs = deps.redials.fault(agentId);
    log.warn(
      {
        agentId,
        reason: connection.fault?.message ?? 'its answer to the manifest is not what was agreed',
        waitMs,
      },
      'the link of an agent was ended for what it sent; it may come back after waitMs',
    );
  }
  // An agent that is back already is not written down as gone.
  if (!wasLive || registry.get(agentId)) return;
  await markDisconnected(deps, [agentId]).catch((err: unknown) =>
    log.warn({ err, agentId }, 'the end of a link could not be written down'),
  );
}

/** Resolves when the link has ended or could not be set up. */
async function setUp(deps: SessionDeps, link: AgentLink, signal: AbortSignal): Promise<void> {
  const { agentId, connection } = link;
  const assignment = await loadAssignment(deps.db, agentId);
  if (!assignment) {
    connection.close('The workspace of this agent has been stopped.');
    return;
  }
  const { agent } = await connection.applyManifest(assignment.manifest, { signal });
  if (signal.aborted) return;
  deps.registry.add(link);
  deps.log.debug({ agentId, version: agent.version }, 'an agent is linked');
  const { workspaceId } = assignment;
  const intake = runIntake(
    deps,
    {
      agentId,
      workspaceId,
      open: ({ bootId, seq }, ends) =>
        connection.events({ after: seq, ...(bootId === null ? {} : { boot_id: bootId }) }, { signal: ends }),
    },
    signal,
  );
  await markConnected(deps, assignment, agent);
  link.marked = true;
  await intake;
}
