export type HealthState = 'starting' | 'ready' | 'stopping';

export interface Health {
  state: HealthState;
  /** Nothing if the server can do its work, otherwise why not. */
  problem(): Promise<string | undefined>;
}

export interface HealthOptions {
  /** Rejects if what the server depends on is not there. */
  check(): Promise<unknown>;
  timeoutMs?: number;
}

/** Whether the server can do its work: it is neither starting nor stopping, and its database answers within two seconds. */
export function createHealth({ check, timeoutMs = 2_000 }: HealthOptions): Health {
  let running: Promise<string | undefined> | undefined;

  async function checkOnce(): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve('the database does not answer'), timeoutMs);
    const answered = check().then(
      () => undefined,
      () => 'the database cannot be reached',
    );
    return Promise.race([answered, promise]).finally(() => clearTimeout(timer));
  }

  return {
    state: 'starting',
    async problem() {
      if (this.state !== 'ready') return `the server is ${this.state}`;
      // Many who ask at the same moment cost one query.
      running ??= checkOnce().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
