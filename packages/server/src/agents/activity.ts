import type { Clock } from '../clock.ts';

export interface Activity {
  /** Somebody runs something in the workspace; passed on at most once a minute. */
  note(workspaceId: string, at?: Date): void;
}

const everyMs = 60_000;

/** Keeps `onActivity` from being called for every command: a deadline that is moved once a minute is moved often enough. */
export function createActivity(deps: {
  clock: Clock;
  onActivity(workspaceId: string, at: Date): void;
}): Activity {
  const passedOn = new Map<string, number>();
  return {
    note(workspaceId, at = deps.clock.now()) {
      const last = passedOn.get(workspaceId);
      if (last !== undefined && at.getTime() - last < everyMs) return;
      // Without forgetting, a long-lived server would keep every workspace there ever was.
      for (const [id, time] of passedOn) if (at.getTime() - time >= everyMs) passedOn.delete(id);
      passedOn.set(workspaceId, at.getTime());
      deps.onActivity(workspaceId, at);
    },
  };
}
