import type { ApiClient } from '@coder/api';
import type { Clock } from '../clock.ts';
import type { AuditTrail, Authenticate, InProcessCaller, RateLimits } from '../http/index.ts';
import type { Logger } from '../logger.ts';

type McpSettings = {
  /** How long one tool call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Requests at once. */
  readonly maxRequests: number;
  /** Requests a second and user; 0 for no limit. */
  readonly rateLimit: number;
};

export type McpDeps = {
  readonly experiments: ReadonlySet<string>;
  /** Without a slash at the end. */
  readonly accessUrl: string;
  /** Origins of pages that may call; empty for all, unless the deployment is this machine's alone. */
  readonly allowedOrigins: readonly string[];
  /** As in `*.apps.example.com`; empty for none. */
  readonly wildcardAccessUrl: string;
  /** The address the server listens on, without its port. */
  readonly listenHost: string;
  /** Further names that the server answers to. */
  readonly allowedHosts?: readonly string[];
  /** As in `v0.1.0`. */
  readonly version: string;
  readonly settings: McpSettings;
  readonly authenticate: Authenticate;
  /**
   * The contract's client for a verified caller. A tool call is authenticated once, however many routes it takes.
   */
  readonly clientFor: (caller: InProcessCaller) => ApiClient;
  /** Counts guesses of tokens by address. */
  readonly limits: RateLimits;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Logger;
};
