import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Queue, Replica } from '../jobs/index.ts';
import type { Logger } from '../logger.ts';
import type { Provisioner } from '../provisioners/provisioner.ts';
import type { BuildableVersion } from '../templates/index.ts';
import type { Changes } from './changes.ts';

/** What this folder needs of the templates beyond their rules. */
export type TemplatesPort = {
  /** Throws NOT_FOUND when there is none and CONFLICT while its import has not succeeded. */
  loadBuildableVersion(db: Db, versionId: string): Promise<BuildableVersion>;
};

/** What this folder needs of the agents beyond reading them. */
export type AgentsPort = {
  /** Runs the shutdown script and ends the processes of a connected agent; at once when it is not connected. */
  shutdownAgent(agentId: string, options: { graceMs: number }): Promise<unknown>;
};

export type WorkspaceSettings = {
  /** How long a start, stop or delete may run. */
  readonly buildTimeoutMs: number;
  /** How long a build may wait for a worker. */
  readonly pendingTimeoutMs: number;
  /** How long an agent may take to run its shutdown script. */
  readonly shutdownGraceMs: number;
  /** How often processes that have vanished under a running workspace are started again. */
  readonly maxRestarts: number;
  /** After so long without a restart the count begins anew. */
  readonly restartWindowMs: number;
  /** `--agent-inactive-disconnect-timeout`. */
  readonly inactiveDisconnectMs: number | undefined;
};

export const defaultSettings: WorkspaceSettings = {
  buildTimeoutMs: 10 * 60_000,
  pendingTimeoutMs: 30 * 60_000,
  shutdownGraceMs: 10_000,
  maxRestarts: 3,
  restartWindowMs: 10 * 60_000,
  inactiveDisconnectMs: undefined,
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
  readonly templates: TemplatesPort;
  readonly agents: AgentsPort;
  readonly settings: WorkspaceSettings;
};
