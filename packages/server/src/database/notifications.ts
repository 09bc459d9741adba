import { type QueryExecutorProvider, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.ts';

export interface ChannelHandler {
  /** Called with the payload of each notification. */
  notify(payload: string): void;
  /** Called when notifications may have been missed (the connection was lost and is back): read the state again. */
  missed?(): void;
}

export interface Notifications {
  /** Listens on a channel until the returned function is called. Resolves once the database has taken it. */
  listen(channel: string, handler: ChannelHandler): Promise<() => void>;
  close(): Promise<void>;
}

/** Sends a notification; inside a transaction it leaves with the commit. A payload holds at most 8,000 bytes. */
export async function notify(db: QueryExecutorProvider, channel: string, payload = ''): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db);
}

const firstDelayMs = 50;
const longestDelayMs = 5_000;

/**
 * One connection that hears every channel. It is opened by the first `listen` and opened again, with growing delays,
 * whenever it breaks; each handler is then told that it may have missed something.
 */
export function createNotifications({ url, log }: { url: string; log: Logger }): Notifications {
  const handlers = new Map<string, Set<ChannelHandler>>();
  let client: Promise<pg.Client> | undefined;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  /** The last query that was asked for: a connection takes one at a time. */
  let turn: Promise<unknown> = Promise.resolve();

  async function open(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      application_name: 'coder listener',
    });
    next.on('notification', ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) guarded(() => handler.notify(payload ?? ''));
    });
    next.on('error', (err) => log.warn({ err }, 'the database notification connection broke'));
    await next.connect();
    next.once('end', () => lost());
    for (const channel of handlers.keys()) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    return next;
  }

  /** A first connection that fails is the caller's to hear of, and the next `listen` tries afresh. */
  function openOrForget(): Promise<pg.Client> {
    const opening = open();
    opening.catch(() => {
      if (client === opening) client = undefined;
    });
    return opening;
  }

  /** Runs a query when those asked for before it are over, whatever has come of them. */
  function inTurn(connection: Promise<pg.Client>, query: string): Promise<unknown> {
    const taken = turn.then(async () => (await connection).query(query));
    turn = taken.catch(() => undefined);
    return taken;
  }

  function guarded(call: () => void): void {
    try {
      call();
    } catch (err) {
      log.error({ err }, 'a notification handler failed');
    }
  }

  function lost(delayMs = firstDelayMs): void {
    client = undefined;
    if (closed || handlers.size === 0) return;
    retry = setTimeout(() => {
      client = open();
      client.then(
        () => {
          for (const set of handlers.values()) for (const handler of set) guarded(() => handler.missed?.());
        },
        (err) => {
          log.warn({ err }, 'the database notification connection could not be opened again');
          lost(Math.min(delayMs * 2, longestDelayMs));
        },
      );
    }, delayMs);
    retry.unref();
  }

  return {
    async listen(channel, handler) {
      const known = handlers.get(channel);
      if (known) known.add(handler);
      else handlers.set(channel, new Set([handler]));
      try {
        client ??= openOrForget();
        // A channel that came while the connection was opening may have missed its turn there; listening twice does no harm.
        if (!known) await inTurn(client, `listen ${pg.escapeIdentifier(channel)}`);
        else await client;
      } catch (error) {
        handlers.get(channel)?.delete(handler);
        throw error;
      }
      return () => void handlers.get(channel)?.delete(handler);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      const open = client;
      client = undefined;
      await open?.then(
        (c) => c.end(),
        () => undefined,
      );
    },
  };
}
