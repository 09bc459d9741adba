import type { BuildLog, Limits, StartedResource, StartInput } from '../provisioner.ts';
import type { Account } from './accounts.ts';
import { accountFiles } from './bwrap.ts';
import type { Context } from './context.ts';
import { shellOf } from './environment.ts';
import { prepareFolders, prepareRoot, writeAccountFiles } from './folders.ts';
import { livingAgents, readRecord } from './run-record.ts';
import { startAgents } from './start-agents.ts';
import { stopProcesses } from './stop-workspace.ts';

const stage = 'Starting workspace';
/** What a template that says nothing gets: a fork bomb must not take the machine with it. */
const defaultProcesses = 4096;
const noLimits: Limits = { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null };

export interface Started {
  state: unknown;
  resources: readonly StartedResource[];
  /** Those that are enforced. */
  limits: Limits;
}

/** Brings a workspace up for one build. The same build again finds it running and leaves it alone. */
export async function startWorkspace(
  context: Context,
  input: StartInput,
  log: BuildLog,
  signal: AbortSignal,
): Promise<Started> {
  const { layout, accounts, cgroups } = context;
  const { workspaceId } = input;
  for (const { name } of input.agents) checkAgentName(name);
  const paths = layout.workspace(workspaceId);
  const wanted = { ...input.limits, processes: input.limits.processes ?? defaultProcesses };
  const existing = await readRecord(paths.record);
  const isThisBuild = existing?.begun && existing.buildId === input.buildId;
  if (isThisBuild && livingAgents(existing).length === input.agents.length) {
    log('info', stage, 'The workspace is running already.');
    const limits = cgroups.processes(workspaceId).length > 0 ? cgroups.enforceable(wanted) : noLimits;
    return answer(input, limits, existing.sandbox);
  }
  const sandbox = context.sandbox();
  const runtime = await context.runtime();
  const account = await accounts.allocate(workspaceId);
  // An earlier build may have left something, also where no record tells of it.
  if (!account.fresh) await stopProcesses(context, workspaceId);
  signal.throwIfAborted();

  const [inCgroup] = await Promise.all([
    createCgroup(context, workspaceId, wanted, account, log),
    prepareRoot(layout, paths, account),
  ]);
  const prepare = async () => {
    const names = input.agents.map((agent) => agent.name);
    const files = accountFiles(input.workspaceName, shellOf());
    await Promise.all([prepareFolders(paths, account, names), writeAccountFiles(paths.etc, files)]);
  };
  const what = { input, account, sandbox, runtime, inCgroup, prepare };
  const attached = await startAgents(context, what, log, signal).catch(async (error: unknown) => {
    await stopProcesses(context, workspaceId);
    throw error;
  });
  const limits = attached ? cgroups.enforceable(wanted) : noLimits;
  sayWhatIsNotEnforced(wanted, limits, log);
  return answer(input, limits, sandbox.kind);
}

/** It becomes the name of a folder. */
function checkAgentName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return;
  throw new Error(
    `"${name}" cannot be the name of an agent. Use letters, digits, "-" and "_" in the template.`,
  );
}

/** Whether the workspace has cgroups now. That it has none is no reason not to start it. */
async function createCgroup(
  { cgroups, log: serverLog }: Context,
  workspaceId: string,
  limits: Limits,
  account: Account,
  log: BuildLog,
): Promise<boolean> {
  if (!cgroups.available) return false;
  try {
    await cgroups.create(workspaceId, limits, account.own ? account : undefined);
    return true;
  } catch (error) {
    serverLog.warn(
      { err: error, workspace_id: workspaceId },
      'The cgroups of a workspace could not be made.',
    );
    log('warn', stage, `The limits could not be set: ${(error as Error).message}`);
    return false;
  }
}

const limitNames: Record<keyof Limits, string> = {
  cpuCores: 'cpu',
  memoryBytes: 'memory',
  diskBytes: 'disk',
  processes: 'processes',
};

function sayWhatIsNotEnforced(wanted: Limits, enforced: Limits, log: BuildLog): void {
  const missing = (Object.keys(limitNames) as (keyof Limits)[])
    .filter((name) => wanted[name] !== null && enforced[name] === null)
    .map((name) => limitNames[name]);
  if (missing.length === 0) return;
  log(
    'warn',
    stage,
    `These limits are not enforced on this machine by the local runtime: ${missing.join(', ')}.`,
  );
}

function answer({ agents }: StartInput, limits: Limits, sandbox: string): Started {
  const agentIds = agents.map((agent) => agent.id);
  const metadata = [{ key: 'sandbox', value: sandbox, sensitive: false }];
  return { state: null, resources: [{ type: 'local', name: 'machine', agentIds, metadata }], limits };
}
