import type { Clock } from '../clock.ts';
import type { Config } from '../config/index.ts';
import type { Database, Notifications } from '../database/index.ts';
import type { HttpApp, Metrics, OpenRequests, Upgrades } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import type { OAuthOptions } from '../oauth/index.ts';

/** What every capability of the server stands on. */
export interface Ground {
  readonly config: Config;
  /** The URL at which the server is reached, without a slash at the end. */
  readonly accessUrl: string;
  /** The URL at which this machine itself reaches the server: what local workspaces dial. */
  readonly localUrl: string;
  readonly version: string;
  readonly deploymentId: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly notifications: Notifications;
  /** Routes are added before the first request is let in. */
  readonly app: HttpApp;
  readonly upgrades: Upgrades;
  readonly openRequests: OpenRequests;
  /** Aborted when the server stops, after what runs has been waited for: what has no end of its own ends then. */
  readonly stopping: AbortSignal;
  readonly metrics: Metrics;
  /** How documents that OAuth2 applications publish are fetched, where it is not by the server's own guarded way. */
  readonly fetchDocument?: OAuthOptions['fetchDocument'];
}

/** The running capabilities together. */
export interface Composition {
  /** Takes no new work and resolves when what runs has ended, or is cut short by the signal. */
  drain(signal: AbortSignal): Promise<void>;
  /** Lets go of everything; workspaces go on running. */
  close(): Promise<void>;
}
