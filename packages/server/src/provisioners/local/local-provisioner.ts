import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../logger.ts';
import type { Provisioner } from '../provisioner.ts';
import { type AccountRange, accountRegistry, defaultAccountRange, ownAccount } from './accounts.ts';
import { createCgroups } from './cgroups/index.ts';
import type { AgentExit, Context } from './context.ts';
import { inspectWorkspace, listWorkspaces } from './inspect.ts';
import { layoutOf } from './layout.ts';
import { stageRuntime } from './runtime.ts';
import { chooseSandbox, RuntimeUnavailable, type SandboxMode } from './sandbox.ts';
import { startWorkspace } from './start-workspace.ts';
import { deleteWorkspace, stopWorkspace } from './stop-workspace.ts';

export interface LocalProvisionerOptions {
  /** The server's data directory. Every folder above it must let other accounts pass when the server is root. */
  dataDir: string;
  /** `auto`: bubblewrap where it works, otherwise none, with a warning. `bwrap`: nothing starts without it. */
  sandbox: SandboxMode;
  /** What agents dial: `http(s)://…`, or `unix:///…/some.sock` in a folder that holds nothing else. */
  agentUrl: string | (() => string);
  /** The Node binary workspaces are given. */
  node: string;
  /** The agent's file; everything in its folder belongs to it. Called once. */
  agentBundle: () => Promise<{ entry: string }>;
  log: Logger;
  clock: Clock;
  /** Further files and folders that no workspace may see, such as the configuration. */
  hidden?: readonly string[];
  /** The accounts a root server gives to workspaces. */
  accountRange?: AccountRange;
  /** An agent has ended by itself. Only this server's own children are watched; `inspect` tells of the others. */
  onAgentExit?: (exit: AgentExit) => void;
}

export interface LocalProvisioner extends Provisioner {
  /** Does ahead of the first start what it would otherwise wait for. */
  prepare(): Promise<void>;
}

/**
 * Runs workspaces as processes of this machine: each in a folder, under an account (for a root server) and in a sandbox of its
 * own. It keeps nothing in memory that matters: another instance on the same data directory goes on where this one ended.
 */
export function createLocalProvisioner(options: LocalProvisionerOptions): LocalProvisioner {
  const { log, clock, node, agentBundle, sandbox, agentUrl } = options;
  const uid = process.getuid?.() ?? -1;
  const isRoot = uid === 0;
  const layout = layoutOf(resolve(options.dataDir));
  const range = options.accountRange ?? defaultAccountRange;
  const probe = isRoot
    ? { uid: range.first, gid: range.first, own: true }
    : { uid, gid: process.getgid?.() ?? -1, own: false };
  const context: Context = {
    layout,
    accounts: isRoot ? accountRegistry(layout.accounts, range) : ownAccount(probe.uid, probe.gid),
    cgroups: createCgroups(isRoot),
    log,
    clock,
    sandbox: once(() => {
      const chosen = chooseSandbox(sandbox, probe);
      if (chosen.kind === 'none') warnOfNoSandbox(log, chosen.reason, isRoot);
      return chosen;
    }),
    runtime: onceItWorks(async () => stageRuntime(layout.runtime, node, (await agentBundle()).entry, log)),
    agentUrl: typeof agentUrl === 'function' ? agentUrl : () => agentUrl,
    hidden: [layout.dataDir, ...(options.hidden ?? [])],
    builds: new Map(),
    onAgentExit: options.onAgentExit ?? (() => {}),
  };
  const alone = oneAtATime();

  async function check(): Promise<void> {
    context.sandbox();
    if (isRoot) checkReachable(layout.dataDir);
  }

  return {
    runtime: 'local',
    check,
    async prepare() {
      await check();
      await context.runtime();
    },
    start: (input, buildLog, signal) =>
      alone(input.workspaceId, async () => {
        await check();
        return startWorkspace(context, input, buildLog, signal);
      }),
    stop: (workspaceId, _state, buildLog) =>
      alone(workspaceId, () => stopWorkspace(context, workspaceId, buildLog)),
    delete: (workspaceId, _state, buildLog) =>
      alone(workspaceId, () => deleteWorkspace(context, workspaceId, buildLog)),
    inspect: (workspaceId) => inspectWorkspace(context, workspaceId),
    list: () => listWorkspaces(context),
  };
}

function warnOfNoSandbox(log: Logger, reason: string, isRoot: boolean): void {
  const account = isRoot
    ? 'Each runs under an unprivileged account of its own, and sees this machine as any user of it does.'
    : 'They run under the account of the server and can read all that it can, its database and the other workspaces included.';
  log.warn(
    `WORKSPACES RUN WITHOUT A SANDBOX. ${reason} ${account} Let only people use them who may use this machine; ` +
      'for others install bubblewrap and start the server with --local-sandbox=bwrap.',
  );
}

/** Refuses a data directory that the workspaces' accounts cannot reach because a folder above it is closed. */
function checkReachable(dataDir: string): void {
  for (let at = dataDir; ; at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode ?? 0o777;
    if ((mode & 0o001) === 0) {
      throw new RuntimeUnavailable(
        `Workspaces cannot be started from the data directory ${dataDir}: they run under unprivileged accounts, and ${at} ` +
          `is closed to them (mode ${(mode & 0o777).toString(8)}). Choose another with --data-dir, or open that one with: chmod o+x ${at}`,
      );
    }
    if (at === dirname(at)) return;
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What has failed is tried again at the next call. */
function onceItWorks<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Runs what concerns one workspace in the order it was asked for, each after the other. */
function oneAtATime(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (last.get(key) ?? Promise.resolve()).then(work, work);
    const settled = result.catch(() => {});
    last.set(key, settled);
    void settled.then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    return result;
  };
}
