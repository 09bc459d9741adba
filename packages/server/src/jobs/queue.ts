import {
  runMigrations,
  runTaskList,
  type TaskList,
  Logger as WorkerLogger,
  type WorkerPool,
} from 'graphile-worker';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { forgetPool, registerPool, releaseDeadLocks } from './locks.ts';
import { patientPool } from './patient-pool.ts';

type TaskContext = {
  /** Aborted when the server stops and the time to finish what runs is over. */
  readonly signal: AbortSignal;
};
type TaskHandler = (payload: unknown, context: TaskContext) => Promise<void>;

type EnqueueOptions = {
  /** A job of this key that waits is replaced; one that runs is left alone and the new one follows it. */
  jobKey?: string;
  /** Not before this time. */
  runAt?: Date;
  /** A transaction in which the job is to be added: it is seen when that commits, and not at all if it does not. */
  db?: Db;
};

export type Queue = {
  /** Creates or updates the queue's own schema, `graphile_worker`. */
  migrate(): Promise<void>;
  /** Says what does the jobs of a task. To be called before {@link Queue.run}. */
  handle(task: string, handler: TaskHandler): void;
  enqueue(task: string, payload: object, options?: EnqueueOptions): Promise<void>;
  /** Drops a waiting job. One that runs goes on. */
  remove(jobKey: string, db?: Db): Promise<void>;
  /** Takes up work: first it frees the jobs that dead servers had locked, then it listens for new ones. */
  run(options: { concurrency: number }): Promise<void>;
  /** Takes no more work and waits for what runs; what is not done after the deadline is left to another server. */
  stop(options: { deadlineMs: number }): Promise<void>;
};

export type QueueOptions = {
  pool: pg.Pool;
  db: Db;
  log: Logger;
  replicaId: string;
};

/** How often the table is read even without a notification, for jobs that become due with time. */
const pollIntervalMs = 1_000;
const maxAttempts = 10;

/** The job queue all replicas share: graphile-worker on the server's own database, woken by NOTIFY. */
export function createQueue({ pool, db, log, replicaId }: QueueOptions): Queue {
  const handlers = new Map<string, TaskHandler>();
  const patient = patientPool(pool, { forMs: 60_000, everyMs: 100 });
  const options = {
    pgPool: patient,
    logger: workerLogger(log),
    noHandleSignals: true,
    pollInterval: pollIntervalMs,
  };
  let worker: WorkerPool | undefined;
  listenForErrors(pool, log);

  return {
    migrate: () => runMigrations(options),

    handle(task, handler) {
      if (worker) throw new Error(`the task ${task} is registered after the queue has started`);
      handlers.set(task, handler);
    },

    async enqueue(task, payload, { jobKey, runAt, db: target = db } = {}) {
      await sql`select from graphile_worker.add_job(
        identifier => ${task}::text, payload => ${JSON.stringify(payload)}::json,
        run_at => ${runAt?.toISOString() ?? null}::timestamptz, max_attempts => ${maxAttempts}::int,
        job_key => ${jobKey ?? null}::text)`.execute(target);
    },

    async remove(jobKey, target = db) {
      await sql`select graphile_worker.remove_job(${jobKey}::text)`.execute(target);
    },

    async run({ concurrency }) {
      const freed = await releaseDeadLocks(db);
      if (freed > 0) log.info({ jobs: freed }, 'freed the jobs that a dead server had locked');
      worker = runTaskList({ ...options, concurrency }, taskList(handlers), patient);
      worker.promise.catch((err: unknown) => log.error({ err }, 'the job queue stopped'));
      await registerPool(db, worker.id, replicaId);
    },

    async stop({ deadlineMs }) {
      const running = worker;
      if (!running) return;
      worker = undefined;
      const finished = Promise.resolve(running.gracefulShutdown('the server stops'));
      const { promise: late, resolve } = Promise.withResolvers<'late'>();
      const timer = setTimeout(() => resolve('late'), deadlineMs);
      try {
        if ((await Promise.race([finished, late])) === 'late') {
          // It rejects too when it is overtaken.
          finished.catch(() => undefined);
          log.warn({ deadlineMs }, 'jobs that still run are left to the next server');
          await running.forcefulShutdown('the server stops now');
        }
        await forgetPool(db, running.id);
      } catch (err) {
        // The pool stays known as this server's, so that the next one frees what it has locked.
        log.error(
          { err },
          'the job queue could not be stopped in order; the next server takes its jobs over',
        );
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function taskList(handlers: ReadonlyMap<string, TaskHandler>): TaskList {
  return Object.fromEntries(
    [...handlers].map(([task, handler]) => [
      task,
      (payload: unknown, helpers: { abortSignal?: AbortSignal }) =>
        handler(payload, { signal: helpers.abortSignal ?? new AbortController().signal }),
    ]),
  );
}

/** graphile-worker's chatter, one level quieter than it has it: a finished job is not news. */
function workerLogger(log: Logger): WorkerLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new WorkerLogger(() => (level, message) => {
    log[levels[level as keyof typeof levels] ?? 'debug']({ component: 'queue' }, message);
  });
}

/** A connection that breaks while a job holds it must not end the process; the job's own query fails anyway. */
function listenForErrors(pool: pg.Pool, log: Logger): void {
  if (pool.listenerCount('error') === 0) {
    pool.on('error', (err) => log.warn({ err }, 'an idle database connection was lost'));
  }
  pool.on('connect', (client) => {
    client.on('error', (err) => log.debug({ err }, 'a database connection in use was lost'));
  });
}
