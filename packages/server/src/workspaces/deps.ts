import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Changes, Queue, Replica } from '../jobs/index.ts';
import type { Logger } from '../logger.ts';
import type { Forget } from '../organizations/index.ts';
import type { Provisioner } from '../provisioners/index.ts';

/** What this folder needs of the agents beyond reading them. */
export type AgentsPort = {
  /** Runs the shutdown script and ends the processes of a connected agent; at once when it is not connected. False when it did not. */
  shutdownAgent(
    agentId: string,
    options: { graceMs: number; waitMs: number; reason: string },
  ): Promise<boolean>;
};

/** Adds an entry to the allow list of a key, or to the one that all keys of an application share. */
export type AllowLists = Readonly<
  Record<'toKey' | 'toGrant', (trx: Db, id: string, entry: string) => Promise<void>>
>;

export type WorkspaceSettings = {
  /** How long a start, stop or delete may run. */
  readonly buildTimeoutMs: number;
  /** How long a build may wait for a worker. */
  readonly pendingTimeoutMs: number;
  /** How long the processes of an agent have between TERM and KILL. */
  readonly shutdownGraceMs: number;
  /** How long an agent may take in all to shut down; a shutdown script has a minute unless the template says less. */
  readonly shutdownWaitMs: number;
  /** How often processes that have vanished under a running workspace are started again. */
  readonly maxRestarts: number;
  /** After so long without a restart the count begins anew. */
  readonly restartWindowMs: number;
  /** `--agent-inactive-disconnect-timeout`. */
  readonly inactiveDisconnectMs: number | undefined;
  /** `--disable-workspace-sharing`. */
  readonly disableSharing: boolean;
};

export const defaultSettings: WorkspaceSettings = {
  buildTimeoutMs: 10 * 60_000,
  pendingTimeoutMs: 30 * 60_000,
  shutdownGraceMs: 5_000,
  shutdownWaitMs: 70_000,
  maxRestarts: 3,
  restartWindowMs: 10 * 60_000,
  inactiveDisconnectMs: undefined,
  disableSharing: false,
};

/** What everything in this folder is made from. */
export type WorkspacesDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly queue: Queue;
  readonly changes: Changes;
  readonly replica: Pick<Replica, 'id' | 'hostname'>;
  /** By the runtime a template names. */
  readonly provisioners: ReadonlyMap<string, Provisioner>;
  readonly agents: AgentsPort;
  readonly allowLists: AllowLists;
  readonly settings: WorkspaceSettings;
  readonly forget: Forget;
};
