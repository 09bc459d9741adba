/** What a build's log receives, line by line, while a provisioner works. */
export type BuildLog = (level: 'debug' | 'info' | 'warn' | 'error', stage: string, output: string) => void;

/** Resource limits; null means that none is set. */
export type Limits = {
  readonly cpuCores: number | null;
  readonly memoryBytes: number | null;
  readonly diskBytes: number | null;
  readonly processes: number | null;
};

/** What is to run for one workspace. The same input again must lead to the same world: a build may be repeated. */
export type StartInput = {
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly ownerName: string;
  readonly buildId: string;
  /** The environment the template gives the whole workspace. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** The agents to start, each with the token it dials home with. */
  readonly agents: readonly { readonly id: string; readonly name: string; readonly token: string }[];
  /** What an earlier build of this workspace left in its state. */
  readonly state: unknown;
};

export type StartedResource = {
  readonly type: string;
  readonly name: string;
  readonly agentIds: readonly string[];
  readonly metadata: readonly { readonly key: string; readonly value: string; readonly sensitive: boolean }[];
};

/** What a runtime can do for a workspace. Every call is idempotent and may be repeated after a crash at any point. */
export type Provisioner = {
  readonly runtime: string;
  /** Refuses, with a message for the person who pushes, a template whose runtime this machine cannot give. */
  check(): Promise<void>;
  start(
    input: StartInput,
    log: BuildLog,
    signal: AbortSignal,
  ): Promise<{ state: unknown; resources: readonly StartedResource[]; limits: Limits }>;
  /** Ends every process of the workspace and keeps what persists. A workspace that is not there is stopped. */
  stop(workspaceId: string, state: unknown, log: BuildLog): Promise<void>;
  /** Ends every process of the workspace and removes everything it has. A workspace that is not there is deleted. */
  delete(workspaceId: string, state: unknown, log: BuildLog): Promise<void>;
  /** What the machine says, whatever the database believes. */
  inspect(workspaceId: string, state: unknown): Promise<'running' | 'stopped' | 'missing'>;
  /** Every workspace this runtime has anything of on this machine: what the reconcile loop compares with the database. */
  list(): Promise<readonly { workspaceId: string; status: 'running' | 'stopped' }[]>;
};
