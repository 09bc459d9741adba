import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Statements with lists of many lengths must not fill the server's memory: beyond this, a text is parsed each time. */
const MOST_PER_CONNECTION = 300;

type Query = (...args: unknown[]) => unknown;

/**
 * Makes every connection of a pool keep the statements it has seen: planning a query of many joins costs more than
 * running it. A statement is known by a hash of its text; only those with parameters are kept, which ours all have.
 */
export function keepPreparedStatements(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    const names = new Map<string, string>();
    const query = client.query.bind(client) as Query;
    const prepared: Query = (first, ...rest) => {
      const [values, ...others] = rest;
      if (typeof first !== 'string' || !Array.isArray(values) || values.length === 0)
        return query(first, ...rest);
      let name = names.get(first);
      if (name === undefined) {
        if (names.size >= MOST_PER_CONNECTION) return query(first, ...rest);
        name = createHash('sha256').update(first).digest('base64url').slice(0, 24);
        names.set(first, name);
      }
      return query({ name, text: first, values }, ...others);
    };
    client.query = prepared as typeof client.query;
  });
}
