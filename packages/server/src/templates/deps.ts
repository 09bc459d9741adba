import type { ProvisionerLog } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import type { StarterTemplates } from './starters.ts';

/** Which lines of a log to read, as the contract's `logQuery` has it. */
export type LogInput = {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly wait_ms?: number | undefined;
};

/** What this folder needs of the jobs beside their rows. */
type JobsPort = {
  /** Puts an import into the queue, in the transaction that makes its job. */
  enqueueImport(jobId: string, trx: Db): Promise<void>;
  /** Lines of a job's log; with `wait_ms` it answers when there is one or the job has ended. */
  readLogs(jobId: string, input: LogInput, signal?: AbortSignal): Promise<ProvisionerLog[]>;
  /** Every line after `after`, as it comes, until the job has ended. */
  followLogs(jobId: string, after: number, signal: AbortSignal): AsyncIterable<ProvisionerLog>;
};

/** What everything in this folder is made from. */
export type TemplatesDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: JobsPort;
  readonly organizations: { get(actor: Actor, ref: string): Promise<{ readonly id: string }> };
  /** Rejects, with a message for the person who pushes, when this deployment cannot give a runtime. */
  readonly checkRuntime: (runtime: string) => Promise<void>;
  readonly starters: StarterTemplates;
};
