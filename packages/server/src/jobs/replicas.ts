import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname as machineName } from 'node:os';
import { join } from 'node:path';
import { isUuid } from '@coder/api';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';

export type Replica = {
  readonly id: string;
  readonly hostname: string;
  /** Says that this server is there, that its predecessor on the same data is not, and begins to beat. */
  start(): Promise<void>;
  /** Marks replicas whose heart has stopped. Returns the ids of those that died since the last look. */
  buryDead(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

export type ReplicaOptions = {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Locked by this process, so whoever wrote an id there before is dead. Without it only heartbeats tell. */
  dataDir?: string;
  /** Where other replicas reach this one; empty when there is only one. */
  address?: string;
  version: string;
  hostname?: string;
  heartbeatMs?: number;
  id?: string;
};

const heartbeatsMissedWhenDead = 3;

/** This server's row among the replicas, kept fresh while it lives. */
export function createReplica({
  db,
  clock,
  log,
  dataDir,
  address = '',
  version,
  hostname = machineName(),
  heartbeatMs = 10_000,
  id = randomUUID(),
}: ReplicaOptions): Replica {
  let timer: NodeJS.Timeout | undefined;

  const beat = () =>
    db
      .updateTable('replicas')
      .set({ heartbeat_at: clock.now(), stopped_at: null })
      .where('id', '=', id)
      .execute();
  const markStopped = (replica: string) =>
    db
      .updateTable('replicas')
      .set({ stopped_at: clock.now() })
      .where('id', '=', replica)
      .where('stopped_at', 'is', null)
      .execute();

  return {
    id,
    hostname,
    async start() {
      const previous = dataDir === undefined ? undefined : await exchangeId(dataDir, id);
      if (previous !== undefined && previous !== id) await markStopped(previous);
      const now = clock.now();
      await db
        .insertInto('replicas')
        .values({ id, hostname, address, version, started_at: now, heartbeat_at: now })
        .execute();
      timer = setInterval(() => {
        beat().catch((err: unknown) =>
          log.warn({ err }, 'the heartbeat of this replica could not be written'),
        );
      }, heartbeatMs);
      timer.unref();
    },
    async buryDead() {
      const silentSince = new Date(clock.now().getTime() - heartbeatsMissedWhenDead * heartbeatMs);
      const dead = await db
        .updateTable('replicas')
        .set({ stopped_at: clock.now() })
        .where('stopped_at', 'is', null)
        .where('heartbeat_at', '<', silentSince)
        .where('id', '!=', id)
        .returning('id')
        .execute();
      return dead.map((row) => row.id);
    },
    async stop() {
      clearInterval(timer);
      await markStopped(id);
    },
  };
}

/** Writes this server's id into the data directory and returns the one that stood there. */
async function exchangeId(dataDir: string, id: string): Promise<string | undefined> {
  const path = join(dataDir, 'replica-id');
  const previous = (await readFile(path, 'utf8').catch(() => '')).trim();
  await writeFile(`${path}.new`, `${id}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return isUuid(previous) ? previous : undefined;
}
