import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { StartupError } from '../startup-error.ts';

/** What passes when a database that is being started is waited for. */
const passing = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', '57P03', 'EAI_AGAIN']);
/** What the server's SQL needs: PostgreSQL 14. */
const oldestVersion = 140_000;

/**
 * Connects to a PostgreSQL that somebody else runs, waiting up to `timeoutMs` for one that is still starting.
 * @throws {StartupError} that names the reason, without the URL's password
 */
export async function waitForDatabase({
  url,
  log,
  timeoutMs = 15_000,
}: {
  url: string;
  log: Logger;
  timeoutMs?: number;
}): Promise<void> {
  let waiting = false;
  for (const until = performance.now() + timeoutMs; ; await delay(200)) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ number: number; text: string }>(
        "select current_setting('server_version_num')::int as number, current_setting('server_version') as text",
      );
      checkVersion(rows[0]);
      return;
    } catch (error) {
      if (error instanceof StartupError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (!passing.has(code ?? '') || performance.now() > until) {
        throw new StartupError(
          `The database cannot be used: ${message || code}. Check CODER_PG_CONNECTION_URL (${placeOf(url)}) and that it runs.`,
          { cause: error },
        );
      }
      if (!waiting) log.info({ database: placeOf(url), reason: code }, 'waiting for the database');
      waiting = true;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function checkVersion(version: { number: number; text: string } | undefined): void {
  if (version && version.number >= oldestVersion) return;
  throw new StartupError(
    `The database is PostgreSQL ${version?.text}, and the server needs 14 or newer. Upgrade it.`,
  );
}

/** Host and database of a URL, without what is secret in it. */
function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port ? `:${port}` : ''}${pathname}`;
}
