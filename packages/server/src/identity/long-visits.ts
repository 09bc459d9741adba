import type { Actor } from '../authorization/index.ts';
import type { Logger } from '../logger.ts';
import { sessionLogins } from './verified-keys.ts';

/** What outlives the request that began it, such as a terminal, ends with the key it was opened with. */
export type LongVisits = {
  /** Calls `end`, once, when the actor's key is no longer good, until `over` says that there is nothing left to end. */
  whileGood(actor: Actor, over: AbortSignal, end: () => void): void;
  /** Looks again at what was opened with this key. */
  keyChanged(keyId: string): void;
  /** Looks again at what this user has opened. */
  userChanged(userId: string): void;
  /** Looks again at everything. */
  checkAll(): void;
  close(): void;
};

type Visit = { readonly actor: Actor; readonly end: () => void };

export type LongVisitsOptions = {
  isGood(keyId: string): Promise<boolean>;
  log: Logger;
  /** How often tokens are looked at again, since no notification tells of their expiry. Sessions live on while they are used. */
  everyMs?: number;
};

export function createLongVisits({ isGood, log, everyMs = 60_000 }: LongVisitsOptions): LongVisits {
  const visits = new Set<Visit>();

  async function check(visit: Visit): Promise<void> {
    if (await isGood(visit.actor.key.id)) return;
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
    whileGood(actor, over, end) {
      if (over.aborted) return;
      const visit = { actor, end };
      visits.add(visit);
      over.addEventListener('abort', () => visits.delete(visit), { once: true });
      // It may have changed since it was verified.
      checkThose((other) => other === actor);
    },
    keyChanged: (keyId) => checkThose(({ key }) => key.id === keyId),
    userChanged: (userId) => checkThose(({ user }) => user.id === userId),
    checkAll: () => checkThose(() => true),
    close: () => clearInterval(timer),
  };
}
