/** A live link, as the registry needs to know it. */
export interface RegisteredLink<Connection> {
  readonly agentId: string;
  readonly connection: Connection;
  /** Ends the link. */
  close(reason: string): void;
}

export interface LinkRegistry<Connection> {
  /** The live connection to an agent, if this server holds it. */
  get(agentId: string): Connection | undefined;
  /** Makes a link the live one of its agent; the one before it, if any, is closed. */
  add(link: RegisteredLink<Connection>): void;
  /** Takes a link out. Returns false when another has taken its place before. */
  remove(link: RegisteredLink<Connection>): boolean;
  /** Resolves with the live connection as soon as there is one; with undefined after `timeoutMs` or when the signal aborts. */
  wait(agentId: string, timeoutMs: number, signal: AbortSignal): Promise<Connection | undefined>;
  all(): RegisteredLink<Connection>[];
}

/** The links that this server holds: one for each agent. */
export function createLinkRegistry<Connection>(): LinkRegistry<Connection> {
  const links = new Map<string, RegisteredLink<Connection>>();
  const waiting = new Map<string, Set<(connection: Connection) => void>>();

  function wait(agentId: string, timeoutMs: number, signal: AbortSignal): Promise<Connection | undefined> {
    const { promise, resolve } = Promise.withResolvers<Connection | undefined>();
    const waiters = waiting.get(agentId) ?? new Set();
    waiting.set(agentId, waiters);
    const giveUp = () => done(undefined);
    const timer = setTimeout(giveUp, timeoutMs);
    function done(connection: Connection | undefined): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      waiters.delete(done);
      if (waiters.size === 0 && waiting.get(agentId) === waiters) waiting.delete(agentId);
      resolve(connection);
    }
    waiters.add(done);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    return promise;
  }

  return {
    get: (agentId) => links.get(agentId)?.connection,
    add(link) {
      const before = links.get(link.agentId);
      links.set(link.agentId, link);
      before?.close('A newer link of the same agent has taken its place.');
      for (const resolve of waiting.get(link.agentId) ?? []) resolve(link.connection);
    },
    remove(link) {
      if (links.get(link.agentId) !== link) return false;
      return links.delete(link.agentId);
    },
    wait: (agentId, timeoutMs, signal) => {
      const live = links.get(agentId)?.connection;
      return live ? Promise.resolve(live) : wait(agentId, timeoutMs, signal);
    },
    all: () => [...links.values()],
  };
}
