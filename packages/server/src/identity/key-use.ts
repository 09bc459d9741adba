import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import type { VerifiedKey } from './verified-keys.ts';

/** What follows from the use of a key: it was used, and a session lives on. */
export type KeyUse = {
  /** Whether the session now ends later than before. */
  note(key: VerifiedKey, now: Date, ip: string): boolean;
  /** Writes what is still waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
};

export type KeyUseOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Sessions end at their first expiry, however much they are used. */
  disableSessionRefresh?: boolean;
  /** How long uses are gathered before they are written, in milliseconds. */
  delayMs?: number;
};

/** A key's use is written at most this often. */
const usedEveryMs = 60_000;
/** A session's end is moved at most this often; that of a short one more often, since it would otherwise end in use. */
const refreshEveryMs = 3_600_000;
const refreshesInLifetime = 10;

type Waiting = {
  id: string;
  userId: string;
  lastUsed: Date;
  ip: string;
  /** When the database believed the key to end; if that has changed since, it is left alone. */
  knownExpiry: Date;
  expiresAt: Date;
};

/** Gathers uses and writes them behind the answers, all at once. */
export function createKeyUse(options: KeyUseOptions): KeyUse {
  const { db, log, disableSessionRefresh = false, delayMs = 1_000 } = options;
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const uses = [...waiting.values()];
    waiting.clear();
    if (uses.length === 0) return;
    try {
      await sql`
        update api_keys set last_used = greatest(api_keys.last_used, used.at), ip_address = used.ip,
          -- A session that was ended meanwhile stays ended.
          expires_at = case when api_keys.expires_at = used.known then used.expires else api_keys.expires_at end,
          updated_at = used.at
        from unnest(${uses.map((u) => u.id)}::text[], ${uses.map((u) => u.lastUsed)}::timestamptz[],
          ${uses.map((u) => u.ip)}::text[], ${uses.map((u) => u.knownExpiry)}::timestamptz[],
          ${uses.map((u) => u.expiresAt)}::timestamptz[]) as used (id, at, ip, known, expires)
        where api_keys.id = used.id`.execute(db);
      await sql`
        update users set last_seen_at = greatest(users.last_seen_at, used.at),
          status = case when users.status = 'dormant' then 'active' else users.status end,
          updated_at = case when users.status = 'dormant' then used.at else users.updated_at end
        from (select user_id, max(at) as at from unnest(${uses.map((u) => u.userId)}::uuid[],
          ${uses.map((u) => u.lastUsed)}::timestamptz[]) as each_use (user_id, at) group by user_id) as used
        where users.id = used.user_id`.execute(db);
    } catch (err) {
      log.warn({ err, keys: uses.length }, 'when keys were last used could not be written');
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  return {
    note(key, now, ip) {
      const { lifetimeSeconds, isSession } = key;
      const end = new Date(now.getTime() + lifetimeSeconds * 1_000);
      const every = Math.min(refreshEveryMs, (lifetimeSeconds * 1_000) / refreshesInLifetime);
      const refresh = isSession && !disableSessionRefresh && end.getTime() - key.expiresAt.getTime() >= every;
      const stale = now.getTime() - key.lastUsed.getTime() >= usedEveryMs;
      if (!refresh && !stale) return false;
      const { id } = key.actor.key;
      const knownExpiry = waiting.get(id)?.knownExpiry ?? key.expiresAt;
      if (refresh) key.expiresAt = end;
      key.lastUsed = now;
      waiting.set(id, {
        id,
        userId: key.actor.user.id,
        lastUsed: now,
        ip,
        knownExpiry,
        expiresAt: key.expiresAt,
      });
      timer ??= setTimeout(() => void flush(), delayMs).unref();
      return refresh;
    },
    flush,
    close: flush,
  };
}
