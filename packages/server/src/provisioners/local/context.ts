import type { Clock } from '../../clock.ts';
import type { Logger } from '../../logger.ts';
import type { Accounts } from './accounts.ts';
import type { Cgroups } from './cgroups/index.ts';
import type { Layout } from './layout.ts';
import type { Runtime } from './runtime.ts';
import type { Sandbox } from './sandbox.ts';

/** An agent's program has ended although nobody stopped it. */
export interface AgentExit {
  workspaceId: string;
  agentId: string;
  buildId: string;
  /** Whether the kernel killed something of the workspace for want of memory. */
  outOfMemory: boolean;
  /** How it ended, and the end of what it printed. */
  message: string;
}

/** What the steps of the local runtime share. */
export interface Context {
  layout: Layout;
  accounts: Accounts;
  cgroups: Cgroups;
  log: Logger;
  clock: Clock;
  /** Decided at the first call. Throws RuntimeUnavailable. */
  sandbox(): Sandbox;
  /** Placed at the first call. */
  runtime(): Promise<Runtime>;
  agentUrl(): string;
  /** Paths that workspaces must not see: the server's data, its configuration. */
  hidden: readonly string[];
  /** The build each workspace runs, as far as this server has started it: an agent of another was meant to end. */
  builds: Map<string, string>;
  onAgentExit: (exit: AgentExit) => void;
}
