import { type Actor, isInGroup, mayAsMuch } from '../authorization/index.ts';
import type { Logger } from '../logger.ts';
import { sessionLogins } from './verified-keys.ts';

/**
 * What outlives the request that began it, such as a terminal, ends with the key it was opened with, and with the power that
 * its user and that key had then.
 */
export type LongVisits = {
  /**
   * Calls `end`, once, when the actor may no longer be what it was, until `over` says that there is nothing left to end.
   * Where `workspaceOf` tells that it is about one workspace, it goes on when the sharing of another ends.
   */
  whileGood(actor: Actor, over: AbortSignal, end: () => void, workspaceOf?: () => string | undefined): void;
  /** Looks again at what was opened with this key. */
  keyChanged(keyId: string): void;
  /** Looks again at what this user has opened. */
  userChanged(userId: string): void;
  /** Looks again at what the members of this group, or of this organization, have opened. */
  groupChanged(groupId: string): void;
  /** Looks again at everything. */
  checkAll(): void;
  close(): void;
};

type Visit = {
  readonly actor: Actor;
  readonly end: () => void;
  readonly workspaceOf: (() => string | undefined) | undefined;
};

export type LongVisitsOptions = {
  /** Whom a key stands for now; undefined when it is no longer good. */
  actorOf(keyId: string): Promise<Actor | undefined>;
  log: Logger;
  /** How often tokens are looked at again, since no notification tells of their expiry. Sessions live on while they are used. */
  everyMs?: number;
};

export function createLongVisits({ actorOf, log, everyMs = 60_000 }: LongVisitsOptions): LongVisits {
  const visits = new Set<Visit>();

  async function check(visit: Visit): Promise<void> {
    const now = await actorOf(visit.actor.key.id);
    if (now && mayAsMuch(now, visit.actor, visit.workspaceOf?.())) return;
    if (visits.delete(visit)) visit.end();
  }

  function checkThose(matches: (actor: Actor) => boolean): void {
    for (const visit of visits) {
      if (!matches(visit.actor)) continue;
      check(visit).catch((err: unknown) =>
        log.warn({ err }, 'whether a key is still good could not be read'),
      );
    }
  }

  const isToken = ({ key }: Actor) => !sessionLogins.has(key.loginType);
  const timer = setInterval(() => checkThose(isToken), everyMs).unref();
  return {
    whileGood(actor, over, end, workspaceOf) {
      if (over.aborted) return;
      const visit = { actor, end, workspaceOf };
      visits.add(visit);
      over.addEventListener('abort', () => visits.delete(visit), { once: true });
      // It may have changed since it was verified.
      checkThose((other) => other === actor);
    },
    keyChanged: (keyId) => checkThose(({ key }) => key.id === keyId),
    userChanged: (userId) => checkThose(({ user }) => user.id === userId),
    groupChanged: (groupId) => checkThose((actor) => isInGroup(actor, groupId)),
    checkAll: () => checkThose(() => true),
    close: () => clearInterval(timer),
  };
}
