import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../logger.ts';
import type { LinkRegistry } from './registry.ts';
import type { AgentLink } from './session.ts';

interface ShutdownAgentOptions {
  /** How long processes have between TERM and KILL. */
  graceMs: number;
  /** How long the agent may take in all, its stop scripts included; the grace and 30 s by default. */
  waitMs?: number | undefined;
  /** Written to the agent's log. */
  reason?: string | undefined;
  signal?: AbortSignal | undefined;
}

export type ShutdownAgent = (agentId: string, options: ShutdownAgentOptions) => Promise<boolean>;

const SCRIPTS_MS = 30_000;

/**
 * Makes the function that asks an agent to run its stop scripts and end everything it runs. It returns true once the agent has
 * gone; false when it was not there, or did not finish in time: whoever runs it must then end it.
 */
export function createShutdownAgent(deps: { registry: LinkRegistry<AgentLink>; log: Logger }): ShutdownAgent {
  return async (agentId, { graceMs, waitMs = graceMs + SCRIPTS_MS, reason, signal }) => {
    const link = deps.registry.get(agentId);
    if (!link) return false;
    const { connection } = link;
    const over = new AbortController();
    const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    try {
      await connection.shutdown({ grace_ms: graceMs, ...(reason === undefined ? {} : { reason }) });
      const tooLate = delay(waitMs, false, { signal: stop }).catch(() => false);
      return await Promise.race([connection.closed.then(() => true), tooLate]);
    } catch (err) {
      deps.log.info({ err, agentId }, 'an agent could not be asked to shut down');
      return connection.isClosed;
    } finally {
      over.abort();
    }
  };
}
