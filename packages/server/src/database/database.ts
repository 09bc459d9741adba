import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { columnTypes } from './column-types.ts';
import { keepPreparedStatements } from './prepared-statements.ts';
import type { Tables } from './tables.ts';

/** The server's typed database. */
export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  /** The pool under `db`, for graphile-worker and for what needs a connection of its own. */
  readonly pool: pg.Pool;
  /** The URL the pool connects to. It holds the password: never log it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A `postgresql://` URL; `?host=/directory` reaches a unix socket. */
  url: string;
  /** Connections at most; 10 by default, as upstream. */
  maxConnections?: number;
  /** A statement that runs longer is cancelled; 30 s by default. */
  statementTimeoutMs?: number;
  applicationName?: string;
  log?: Logger;
}

/** Opens a pool on a PostgreSQL. It connects when the first query comes, so a wrong URL shows only then. */
export function createDatabase({
  url,
  maxConnections = 10,
  statementTimeoutMs = 30_000,
  applicationName = 'coder',
  log,
}: DatabaseOptions): Database {
  let closing: Promise<void> | undefined;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: applicationName,
    types: columnTypes,
  });
  // The pool drops an idle connection that breaks (a restarted database), and the queries of one in use are rejected. Each also
  // emits an error, which would end the process if nobody listened.
  pool.on('error', (err) => {
    // The pool says that it has ended before its connections have, and the database may be stopped in between.
    if (!closing) log?.warn({ err }, 'an idle database connection was lost');
  });
  pool.on('connect', (client) => {
    client.on('error', (err) => log?.debug({ err }, 'a database connection broke'));
  });
  keepPreparedStatements(pool);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    url,
    close: () => {
      closing ??= db.destroy();
      return closing;
    },
  };
}
