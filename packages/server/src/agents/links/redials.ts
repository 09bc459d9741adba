import { ApiError } from '@coder/api';
import type { Clock } from '../../clock.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** After this long without a fault an agent begins anew. */
const FORGET_MS = 15 * 60_000;

/** Slows down the agents whose links had to be ended for what came over them, each by itself. */
export interface Redials {
  /** Throws RATE_LIMITED while an agent has to wait before it links again. */
  check(agentId: string): void;
  /** Writes a fault down. Returns how long the agent has to wait now, in milliseconds. */
  fault(agentId: string): number;
}

export function createRedials(clock: Clock): Redials {
  const faults = new Map<string, { count: number; until: number }>();
  const now = () => clock.now().getTime();
  return {
    check(agentId) {
      const waitMs = (faults.get(agentId)?.until ?? 0) - now();
      if (waitMs <= 0) return;
      throw new ApiError('RATE_LIMITED', {
        message: 'The last link of this agent was ended because it did not answer as agents do.',
        detail: `Restart the workspace if it does not come back by itself. The agent may link again in ${Math.ceil(waitMs / 1000)} s.`,
        retryAfter: Math.ceil(waitMs / 1000),
      });
    },
    fault(agentId) {
      for (const [id, { until }] of faults) if (until + FORGET_MS < now()) faults.delete(id);
      const count = (faults.get(agentId)?.count ?? 0) + 1;
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
      faults.set(agentId, { count, until: now() + waitMs });
      return waitMs;
    },
  };
}
