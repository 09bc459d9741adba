import type { AgentConnection } from '../link/index.ts';

/** What the registry needs to know of a link. */
export interface RegisteredLink {
  readonly agentId: string;
  readonly connection: Pick<AgentConnection, 'close'>;
}

export interface LinkRegistry<Link extends RegisteredLink> {
  /** The live link of an agent, if this server holds it. */
  get(agentId: string): Link | undefined;
  /** Makes a link the live one of its agent; the one before it, if any, is closed. */
  add(link: Link): void;
  /** Takes a link out. Returns false when another has taken its place before. */
  remove(link: Link): boolean;
  /** Resolves with the live link as soon as there is one; with undefined after `timeoutMs` or when the signal aborts. */
  wait(agentId: string, timeoutMs: number, signal: AbortSignal): Promise<Link | undefined>;
  all(): Link[];
}

/** The links that this server holds: one for each agent. */
export function createLinkRegistry<Link extends RegisteredLink>(): LinkRegistry<Link> {
  const links = new Map<string, Link>();
  const waiting = new Map<string, Set<(link: Link) => void>>();

  function wait(agentId: string, timeoutMs: number, signal: AbortSignal): Promise<Link | undefined> {
    const { promise, resolve } = Promise.withResolvers<Link | undefined>();
    const waiters = waiting.get(agentId) ?? new Set();
    waiting.set(agentId, waiters);
    const giveUp = () => done(undefined);
    const timer = setTimeout(giveUp, timeoutMs);
    function done(link: Link | undefined): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      waiters.delete(done);
      if (waiters.size === 0 && waiting.get(agentId) === waiters) waiting.delete(agentId);
      resolve(link);
    }
    waiters.add(done);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    return promise;
  }

  return {
    get: (agentId) => links.get(agentId),
    add(link) {
      const before = links.get(link.agentId);
      links.set(link.agentId, link);
      before?.connection.close('A newer link of the same agent has taken its place.');
      for (const resolve of [...(waiting.get(link.agentId) ?? [])]) resolve(link);
    },
    remove(link) {
      if (links.get(link.agentId) !== link) return false;
      return links.delete(link.agentId);
    },
    wait(agentId, timeoutMs, signal) {
      const live = links.get(agentId);
      return live ? Promise.resolve(live) : wait(agentId, timeoutMs, signal);
    },
    all: () => [...links.values()],
  };
}
