import type { Clock } from '../clock.ts';
import type { Authenticate, HttpContext } from '../http/index.ts';
import type { Resources } from './addresses.ts';
import type { DescribeApplication } from './applications.ts';
import type { CallProvider } from './bridge.ts';
import type { Connections } from './connections.ts';
import type { OAuthSettings } from './settings.ts';
import type { AuditStep } from './steps-audit.ts';
import type { KnownParties } from './store/known.ts';

/** What the endpoints for applications are made from. */
export type RoutesDeps = {
  accessUrl: string;
  resources: Resources;
  settings: OAuthSettings;
  callProvider: CallProvider;
  step: AuditStep;
  describe: DescribeApplication;
  known: KnownParties;
  clock: Clock;
  authenticate: Authenticate;
  /** Disconnects an application wherever it is connected for the actor. */
  revokeClient: Connections['revokeClient'];
  /** Keeps the value by which the browser is known in which a request of an application began. */
  markInteraction(uid: string, mark: string, clientId: string): Promise<void>;
  /** Whether requests are counted. */
  isLimited: boolean;
  /** Origins of pages that may call; empty for all. */
  allowedOrigins: readonly string[];
  /** Whether the experiment is on. */
  isOn: boolean;
  /** Throws while it is off. */
  requireExperiment(): void;
};

/** What the endpoints share. */
export type RouteParts = RoutesDeps & {
  /**
   * Has the library answer a request, at a path and with a body of ours. `begin` is awaited before the library learns that a
   * device it asks about has been decided.
   */
  forward(c: HttpContext, target: string, body?: string, begin?: () => Promise<void>): Promise<Response>;
};
