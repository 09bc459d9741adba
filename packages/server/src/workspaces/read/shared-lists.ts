import type { Actor } from '../../authorization/index.ts';
import type { Clock } from '../../clock.ts';

export type SharedLists = {
  /** The answer of `read`, or the one that an identical request of the same token has just got. */
  get<T>(actor: Actor, input: object, read: () => Promise<T>): Promise<T>;
  /** Something has changed: no earlier answer is given any more. */
  forget(): void;
};

/**
 * How long an answer may be given again while no change is announced. Every change of a workspace, build or agent is; what is
 * not (an agent's heartbeat, the name of a template) shows after this time at the latest.
 */
const reuseMs = 100;
const mostAnswers = 200;

type Answer = { readonly at: number; readonly time: number; readonly result: Promise<unknown> };

/**
 * Lets identical lists share one reading of the database: programs that wait for something ask the same again and again, many
 * at once. What is shared is told apart by everything that decides what an actor may see.
 */
export function createSharedLists(clock: Clock): SharedLists {
  const answers = new Map<string, Answer>();
  return {
    get<T>(actor: Actor, input: object, read: () => Promise<T>): Promise<T> {
      const key = JSON.stringify([
        actor.user.id,
        actor.user.roles,
        [...actor.organizations],
        [...(actor.shares ?? [])],
        actor.key.id,
        actor.key.scopes,
        actor.key.allowList,
        input,
      ]);
      const [at, time] = [performance.now(), clock.now().getTime()];
      const known = answers.get(key);
      const fresh = known && at - known.at < reuseMs && Math.abs(time - known.time) < reuseMs;
      if (fresh) return known.result as Promise<T>;
      if (answers.size >= mostAnswers) answers.clear();
      const result = read();
      answers.set(key, { at, time, result });
      // A failure is nobody else's.
      result.catch(() => answers.delete(key));
      return result;
    },
    forget: () => answers.clear(),
  };
}
