import { ApiError } from '@coder/api';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../database/index.ts';
import { api, type RequestContext } from '../../http/index.ts';
import type { Changes } from '../../jobs/index.ts';
import { storeAppStatus } from '../app-status.ts';
import { waitForAgentLogs } from '../logs/wait-for-logs.ts';
import { loadAgent } from '../present/load-agents.ts';
import type { AgentAccess } from './access.ts';
import { loadTarget } from './agent-target.ts';
import { findAgents } from './find-agents.ts';
import type { HeldTargets } from './held-targets.ts';

export interface AgentRoutesDeps {
  db: Db;
  clock: Clock;
  access: AgentAccess;
  held: HeldTargets;
  /** Whether this server holds the link of an agent. */
  isLinked(agentId: string): boolean;
  changes: Changes;
  inactiveDisconnectMs: number;
}

export const agentRoutes = (deps: AgentRoutesDeps) => {
  const { db, clock, access, held, isLinked, changes, inactiveDisconnectMs } = deps;
  const ports = (context: RequestContext, agentId: string) =>
    access.use(context, agentId, 'read', (connection, call) => connection.ports(call));

  return {
    find: api.agents.find.handler(({ input, context }) =>
      findAgents({ db, held, isLinked, inactiveDisconnectMs }, actorOf(context), input, clock.now()),
    ),
    get: api.agents.get.handler(async ({ input, context }) => {
      await loadTarget(db, actorOf(context), input.agent, 'read');
      return loadAgent(db, clock, input.agent, { inactiveDisconnectMs });
    }),
    logs: api.agents.logs.handler(async ({ input: { agent, wait_ms, ...range }, context }) => {
      await loadTarget(db, actorOf(context), agent, 'read');
      const { signal } = context.request;
      return waitForAgentLogs({ db, changes }, agent, { ...range, waitMs: wait_ms ?? 0 }, signal);
    }),
    listeningPorts: api.agents.listeningPorts.handler(async ({ input, context }) => {
      const { ports: all } = await ports(context, input.agent);
      // A port on both loopback addresses is one port to whoever connects.
      const byPort = new Map(
        all.map(({ port, network, process_name }) => [port, { port, network, process_name }]),
      );
      return { ports: [...byPort.values()] };
    }),
    ports: api.agents.ports.handler(({ input, context }) => ports(context, input.agent)),
    stats: api.agents.stats.handler(({ input: { agent, ...query }, context }) =>
      access.use(context, agent, 'read', (connection, call) => connection.stats(query, call)),
    ),
    patchAppStatus: api.agents.patchAppStatus.handler(async ({ input, context }) => {
      if (!context.agent) throw new ApiError('UNAUTHENTICATED');
      await storeAppStatus({ db, clock }, context.agent, input);
      return { message: 'Status updated.' };
    }),
  };
};

function actorOf({ actor }: RequestContext) {
  if (!actor) throw new ApiError('UNAUTHENTICATED');
  return actor;
}
