import type { Clock } from '../../clock.ts';
import type { Notifications } from '../../database/index.ts';
import type { AgentTarget } from './agent-target.ts';

export interface HeldTargets {
  /**
   * The targets a key stands for (an agent's id, or names) as they were last read, or as they are read now. Only who is let
   * in by a live link should ask for held ones.
   */
  get(key: string, read: () => Promise<readonly AgentTarget[]>): Promise<readonly AgentTarget[]>;
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
  const held = new Map<string, { targets: readonly AgentTarget[]; until: number }>();
  let changes = 0;

  const stop = await notifications.listen('workspace_changed', {
    notify(workspaceId) {
      changes += 1;
      for (const [key, { targets }] of held) {
        if (targets.some((target) => target.workspaceId === workspaceId)) held.delete(key);
      }
    },
    missed() {
      changes += 1;
      held.clear();
    },
  });

  return {
    async get(key, read) {
      const now = clock.now().getTime();
      const known = held.get(key);
      if (known && known.until > now) return known.targets;
      held.delete(key);
      const before = changes;
      const targets = await read();
      // What changed while it was being read may not be in it.
      if (targets.length > 0 && changes === before) held.set(key, { targets, until: now + HELD_MS });
      return targets;
    },
    close: stop,
  };
}
