import type { Clock } from '../clock.ts';
import type { Authenticate } from '../http/index.ts';
import type { Resources } from './addresses.ts';
import type { CallProvider } from './bridge.ts';
import type { Connections } from './connections.ts';
import type { OAuthSettings } from './settings.ts';
import type { AuditStep } from './steps-audit.ts';

/** What the endpoints for applications are made from. */
export type RoutesDeps = {
  accessUrl: string;
  resources: Resources;
  settings: OAuthSettings;
  callProvider: CallProvider;
  step: AuditStep;
  clock: Clock;
  authenticate: Authenticate;
  /** Disconnects an application wherever it is connected for the actor. */
  revokeClient: Connections['revokeClient'];
  /** Requests a minute, address and endpoint; 0 for no limit. */
  rateLimit: number;
  /** Origins of pages that may call; empty for all. */
  allowedOrigins: readonly string[];
  /** Throws while the experiment is off. */
  requireExperiment(): void;
};
