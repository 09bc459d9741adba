import type { Clock } from '../../clock.ts';
import type { Notifications } from '../../database/index.ts';
import type { AgentTarget } from './agent-target.ts';

export interface HeldTargets {
  /** The target as it was last read, or as it is read now. Only who is let in by a live link should ask for a held one. */
  get(agentId: string, read: () => Promise<AgentTarget | undefined>): Promise<AgentTarget | undefined>;
  close(): void;
}

/** What a lost notification could make us believe ends by itself. */
const HELD_MS = 5_000;

/**
 * Keeps what is known of agents in use, so that a command needs no SQL to find its workspace. A workspace that changes is
 * forgotten on its notification. Authorization is asked anew each time; only what it is asked about is held.
 */
export async function createHeldTargets(deps: {
  clock: Clock;
  notifications: Notifications;
}): Promise<HeldTargets> {
  const { clock, notifications } = deps;
  const held = new Map<string, { target: AgentTarget; until: number }>();
  let changes = 0;

  const stop = await notifications.listen('workspace_changed', {
    notify(workspaceId) {
      changes += 1;
      for (const [agentId, { target }] of held) if (target.workspaceId === workspaceId) held.delete(agentId);
    },
    missed() {
      changes += 1;
      held.clear();
    },
  });

  return {
    async get(agentId, read) {
      const now = clock.now().getTime();
      const known = held.get(agentId);
      if (known && known.until > now) return known.target;
      held.delete(agentId);
      const before = changes;
      const target = await read();
      // What changed while it was being read may not be in it.
      if (target && changes === before) held.set(agentId, { target, until: now + HELD_MS });
      return target;
    },
    close: stop,
  };
}
