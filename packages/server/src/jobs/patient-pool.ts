import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** How a database answers that is being started again, or is not there at the moment. */
const absent = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', '57P01', '57P02', '57P03']);

export type Patience = { forMs: number; everyMs: number };

/**
 * The same pool, with patience in `connect`: the job queue writes down how a job ended and listens to no answer, so that a
 * database which is away for a moment would end the whole server.
 */
export function patientPool(pool: pg.Pool, { forMs, everyMs }: Patience): pg.Pool {
  async function connect(): Promise<pg.PoolClient> {
    for (const until = performance.now() + forMs; ; await delay(everyMs)) {
      try {
        return await pool.connect();
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        // Only a job that the stop did not wait for still asks: another server does it anew, and nobody hears how this ended.
        if (pool.ending) return new Promise(() => {});
        const away = absent.has(code) || message.startsWith('Connection terminated');
        if (!away || performance.now() > until) throw error;
      }
    }
  }
  // The queue listens with a callback and has a patience of its own there.
  const either: unknown = (callback?: Parameters<typeof pool.connect>[0]) =>
    callback === undefined ? connect() : pool.connect(callback);
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return either;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
