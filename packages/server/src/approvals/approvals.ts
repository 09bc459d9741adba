import type { Clock } from '../clock.ts';
import type { Db, Notifications } from '../database/index.ts';
import type { ApprovalGate } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import { createDecisions } from './decisions.ts';
import { createGate } from './gate.ts';
import { createPolicy } from './policy.ts';
import { approvalRoutes } from './routes.ts';
import { createApprovalsService } from './service.ts';
import { createApprovalStore } from './store.ts';
import type { LookUp } from './targets.ts';

export type ApprovalsOptions = {
  db: Db;
  notifications: Notifications;
  clock: Clock;
  log: Logger;
  /** Without a slash at the end. */
  accessUrl: string;
  /** Asked only by calls that are held up. */
  lookUp: LookUp;
};

export type ApprovalsParts = {
  /** For the pipeline. */
  readonly gate: ApprovalGate;
  readonly routes: ReturnType<typeof approvalRoutes>;
  /** Deletes what has been over for a day. Called by itself every ten minutes. */
  sweep(): Promise<void>;
  close(): void;
};

const SWEEP_EVERY_MS = 10 * 60_000;

/** The approval of people for what programs want to do in their name. */
export async function createApprovals(options: ApprovalsOptions): Promise<ApprovalsParts> {
  const { db, notifications, clock, log, accessUrl, lookUp } = options;
  const policy = await createPolicy({ db, notifications, clock, log });
  const decisions = await createDecisions(notifications);
  const store = createApprovalStore({ db });
  const sweep = () => store.sweep(clock.now());
  const timer = setInterval(() => {
    sweep().catch((err: unknown) => log.warn({ err }, 'old approvals could not be deleted'));
  }, SWEEP_EVERY_MS).unref();
  return {
    gate: createGate({ policy, store, decisions, clock, accessUrl, lookUp }),
    routes: approvalRoutes({ approvals: createApprovalsService({ db, clock, policy, store }) }),
    sweep,
    close() {
      clearInterval(timer);
      policy.close();
      decisions.close();
    },
  };
}
