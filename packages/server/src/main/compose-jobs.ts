import { createChanges, createQueue, createReplica } from '../jobs/index.ts';
import type { Ground } from './ground.ts';

export type Jobs = Awaited<ReturnType<typeof composeJobs>>;

/** This server among its replicas, and the queue they share. Handlers are given to the queue before it runs. */
export async function composeJobs({
  config,
  database,
  notifications,
  log,
  clock,
  version,
  stopping,
}: Ground) {
  const { db, pool } = database;
  const replica = createReplica({ db, clock, log, dataDir: config.dataDir, version });
  await replica.start();
  const queue = createQueue({ pool, db, log, replicaId: replica.id });
  await queue.migrate();
  return { replica, queue, changes: createChanges(notifications, stopping) };
}
