import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db, Notifications } from '../database/index.ts';
import type { RawRoutes, WhileGood } from '../http/index.ts';
import type { Changes } from '../jobs/index.ts';
import type { Logger } from '../logger.ts';
import { createActivity } from './activity.ts';
import { makeLink } from './file-links/make-link.ts';
import { createFileTickets } from './file-links/ticket.ts';
import { createUsedLinks } from './file-links/used-links.ts';
import { pruneStats } from './intake/prune-stats.ts';
import type { AgentConnection } from './link/index.ts';
import { heartbeat } from './links/heartbeat.ts';
import { createRedials } from './links/redials.ts';
import { createLinkRegistry } from './links/registry.ts';
import type { AgentLink, SessionDeps } from './links/session.ts';
import { createShutdownAgent, type ShutdownAgent } from './links/shutdown.ts';
import { DEFAULT_INACTIVE_DISCONNECT_MS } from './present/status.ts';
import { mountAgentRawRoutes } from './raw-routes.ts';
import { type AgentAccess, createAgentAccess } from './routes/access.ts';
import { agentRoutes } from './routes/agent-routes.ts';
import { fileRoutes } from './routes/file-routes.ts';
import { createHeldTargets } from './routes/held-targets.ts';
import { processRoutes } from './routes/process-routes.ts';

export interface AgentsOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  changes: Changes;
  /** This server, as its row in `replicas` is called. */
  replicaId: string;
  /** Called at most once a minute for a workspace in which something runs. */
  onActivity(workspaceId: string, at: Date): void;
  /** `--agent-inactive-disconnect-timeout`. */
  inactiveDisconnectMs?: number | undefined;
  /** How long a call waits for an agent that is likely to link soon. */
  linkWaitMs?: number | undefined;
  /** The address people reach the server by: it is part of the links to files. */
  accessUrl: string;
  /** The actor a key stands for, as long as the key and its user are good. */
  actorOfKey(keyId: string): Promise<Actor | undefined>;
  /** Ends what goes on when an actor may no longer be what it was. */
  whileGood: WhileGood;
}

export interface Agents {
  /** The links that this server holds. */
  readonly agentConnections: { get(agentId: string): AgentConnection | undefined };
  readonly access: AgentAccess;
  readonly shutdownAgent: ShutdownAgent;
  readonly routes: {
    agents: ReturnType<typeof agentRoutes>;
    processes: ReturnType<typeof processRoutes>;
    files: ReturnType<typeof fileRoutes>;
  };
  /** Registers the link itself, terminals, logs that are followed, and streams. */
  mount(rawRoutes: RawRoutes): void;
  /** Renews the rows of the links; called by itself every third of the inactive time. */
  beat(): Promise<void>;
  /** Ends every link and writes that down. The agents dial again; what runs in their workspaces goes on. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 10 * 60_000;

/** Everything that has to do with the agents inside workspaces. */
export async function createAgents(options: AgentsOptions): Promise<Agents> {
  const { db, clock, log, notifications, changes, replicaId, linkWaitMs, accessUrl, actorOfKey, whileGood } =
    options;
  const { inactiveDisconnectMs = DEFAULT_INACTIVE_DISCONNECT_MS } = options;
  const registry = createLinkRegistry<AgentLink>();
  const activity = createActivity(options);
  const held = await createHeldTargets({ clock, notifications });
  const access = createAgentAccess({ db, clock, registry, held, inactiveDisconnectMs, linkWaitMs });
  const tickets = await createFileTickets(db);
  const sessions = new Set<Promise<void>>();
  const session: SessionDeps = {
    db,
    clock,
    log,
    replicaId,
    registry,
    redials: createRedials(clock),
    pingMs: inactiveDisconnectMs / 2,
    onActivity: (workspaceId, at) => activity.note(workspaceId, at),
  };
  const beat = () => heartbeat({ db, clock, replicaId }, registry.all());
  const timers = [
    every(inactiveDisconnectMs / 3, beat, 'the heartbeat of the agents could not be stored'),
    every(PRUNE_EVERY_MS, () => pruneStats({ db, clock }), 'old resource samples could not be deleted'),
  ];

  function every(milliseconds: number, work: () => Promise<unknown>, failed: string): NodeJS.Timeout {
    return setInterval(
      () => void work().catch((err: unknown) => log.warn({ err }, failed)),
      milliseconds,
    ).unref();
  }
  function track(promise: Promise<void>): void {
    sessions.add(promise);
    void promise.finally(() => sessions.delete(promise));
  }

  return {
    agentConnections: { get: (agentId) => registry.get(agentId)?.connection },
    access,
    shutdownAgent: createShutdownAgent({ registry, log }),
    routes: {
      agents: agentRoutes({
        db,
        clock,
        access,
        held,
        isLinked: (agentId) => registry.get(agentId) !== undefined,
        changes,
        inactiveDisconnectMs,
      }),
      processes: processRoutes({ access }),
      files: fileRoutes({
        access,
        createLink: (context, request) => makeLink({ access, tickets, clock, accessUrl }, context, request),
      }),
    },
    mount: (rawRoutes) =>
      mountAgentRawRoutes(rawRoutes, {
        db,
        log,
        access,
        session,
        track,
        changes,
        clock,
        fileLinks: { access, tickets, used: createUsedLinks(db), clock, actorOfKey, whileGood },
      }),
    beat,
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const link of registry.all()) link.connection.close('The server is stopping.');
      await Promise.all(sessions);
      held.close();
    },
  };
}
