import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';

type JobLogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
type JobLogSource = 'provisioner_daemon' | 'provisioner';

export type JobLog = {
  /** Adds a line. It is stored within {@link flushAfterMs}, in order. */
  write(level: JobLogLevel, stage: string, output: string, source?: JobLogSource): void;
  /** Resolves when everything written so far is stored. */
  flush(): Promise<void>;
};

/** How much text one job's log may hold, in characters; upstream's limit. */
export const maxJobLogLength = 1024 * 1024;
const flushAfterMs = 20;
const longestLine = 8 * 1024;
const fullBatch = 500;

type Line = { source: JobLogSource; level: JobLogLevel; stage: string; output: string; at: Date };

/** The log of one job, written to the database in batches. Beyond 1 MiB lines are dropped and the job says so. */
export function createJobLog({
  db,
  clock,
  log,
  jobId,
}: {
  db: Db;
  clock: Clock;
  log: Logger;
  jobId: string;
}): JobLog {
  let waiting: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  function store(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) {
      // A lost log line must not fail the build it tells of.
      storing = storing
        .then(() => insertLines(db, jobId, lines))
        .catch((err: unknown) => log.error({ err, job: jobId }, 'log lines of a job could not be stored'));
    }
    return storing;
  }

  return {
    write(level, stage, output, source = 'provisioner') {
      for (const text of output.split('\n')) {
        const clipped = text.length > longestLine ? `${text.slice(0, longestLine)}… (cut)` : text;
        // PostgreSQL's text cannot hold NUL.
        waiting.push({ source, level, stage, output: clipped.replaceAll('\0', ''), at: clock.now() });
      }
      if (waiting.length >= fullBatch) void store();
      else timer ??= setTimeout(() => void store(), flushAfterMs);
    },
    flush: store,
  };
}

async function insertLines(db: Db, jobId: string, lines: readonly Line[]): Promise<void> {
  const column = <T>(value: (line: Line) => T) => lines.map(value);
  await sql`
    with job as (
      select logs_length as used from provisioner_jobs where id = ${jobId} for update
    ), line as (
      select *, used + sum(length(output)) over (order by position) as total
      from job, unnest(${column((l) => l.source)}::text[], ${column((l) => l.level)}::text[],
        ${column((l) => l.stage)}::text[], ${column((l) => l.output)}::text[],
        ${column((l) => l.at.toISOString())}::timestamptz[]
      ) with ordinality as given (source, level, stage, output, created_at, position)
    ), stored as (
      insert into provisioner_job_logs (job_id, source, level, stage, output, created_at)
      select ${jobId}::uuid, source, level, stage, output, created_at from line
      where total <= ${maxJobLogLength} order by position
      returning length(output) as length
    ), counted as (
      update provisioner_jobs set
        logs_length = logs_length + (select coalesce(sum(length), 0) from stored),
        logs_overflowed = logs_overflowed or (select count(*) from stored) < ${lines.length}
      where id = ${jobId} and exists (select from job)
    )
    select pg_notify('job_log', ${jobId}::text)`.execute(db);
}
