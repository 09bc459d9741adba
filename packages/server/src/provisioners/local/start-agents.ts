import { type FileHandle, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildLog, StartInput } from '../provisioner.ts';
import type { Account } from './accounts.ts';
import { logTail, openLog } from './agent-log.ts';
import { commandFor, placesFor, tasksFilesFor } from './command.ts';
import type { Context } from './context.ts';
import { agentEnvironment, processEnvironment } from './environment.ts';
import { describeEnd, EarlyExit, type Launch, launch } from './launch.ts';
import { identityOf } from './process-table.ts';
import { type RunRecord, writeRecord } from './run-record.ts';
import type { Runtime } from './runtime.ts';
import type { Sandbox } from './sandbox.ts';

type Agent = StartInput['agents'][number];

interface HeldAgent {
  agent: Agent;
  /** What it is told when it is let go. */
  message: (inCgroup: boolean) => object;
  launch: Launch;
}

export interface AgentsInput {
  input: StartInput;
  account: Account;
  sandbox: Sandbox;
  runtime: Runtime;
  /** Whether the workspace has cgroups for them. */
  inCgroup: boolean;
  /** Does what must be done before they are let go, while the kernel moves them to their cgroup: that takes 10 ms. */
  prepare: () => Promise<void>;
}

/**
 * Starts a workspace's agents: held back first, then written down and put in their cgroup, then let go. Returns once each
 * has begun to work, with whether they are in the cgroup. Rejects with the end of the log when one ends before.
 */
export async function startAgents(
  context: Context,
  what: AgentsInput,
  log: BuildLog,
  signal: AbortSignal,
): Promise<boolean> {
  const { input } = what;
  const paths = context.layout.workspace(input.workspaceId);
  const logStart = (await stat(paths.log).catch(() => ({ size: 0 }))).size;
  const held = await holdAgents(context, what);
  const record = recordOf(context, what, held);
  const [inCgroup] = await Promise.all([
    attachAll(context, what, held, log),
    what.prepare(),
    writeRecord(paths.record, record),
  ]);
  context.builds.set(input.workspaceId, input.buildId);
  try {
    await Promise.all(held.map(({ launch: { release }, message }) => release(message(inCgroup), signal)));
  } catch (error) {
    if (!(error instanceof EarlyExit)) throw error;
    const tail = await logTail(paths.log, logStart);
    throw new Error(tail ? `${error.message} Its last output:\n${tail}` : error.message, { cause: error });
  }
  await writeRecord(paths.record, { ...record, begun: true });
  for (const { agent, launch } of held) void reportEnd(context, input, agent, launch, logStart);
  log('debug', 'Starting workspace', `Started: ${held.map(({ agent }) => agent.name).join(', ')}.`);
  return inCgroup;
}

/** Whether all are in the cgroup of the workspace. One that cannot be moved there runs without limits. */
async function attachAll(
  { cgroups, log: serverLog }: Context,
  { input: { workspaceId }, inCgroup }: AgentsInput,
  held: readonly HeldAgent[],
  log: BuildLog,
): Promise<boolean> {
  if (!inCgroup) return false;
  try {
    await Promise.all(held.map(({ launch: { pid } }) => cgroups.attach(workspaceId, pid)));
    return true;
  } catch (error) {
    serverLog.warn(
      { err: error, workspace_id: workspaceId },
      'A workspace could not be moved to its cgroup.',
    );
    log(
      'warn',
      'Starting workspace',
      `The workspace could not be moved to its cgroup: ${(error as Error).message}`,
    );
    return false;
  }
}

async function holdAgents(
  context: Context,
  { input, account, sandbox, runtime, inCgroup }: AgentsInput,
): Promise<HeldAgent[]> {
  const paths = context.layout.workspace(input.workspaceId);
  const { memoryBytes } = context.cgroups.enforceable(input.limits);
  const workspace = { id: input.workspaceId, name: input.workspaceName, inCgroup, memoryBytes };
  const tasksFiles = inCgroup ? tasksFilesFor(context, sandbox, input.workspaceId) : undefined;
  await using logFile = await openLog(paths.log);
  return await Promise.all(
    input.agents.map(async (agent) => {
      const places = placesFor(sandbox, paths, runtime, agent.name, context.agentUrl());
      const { argv, sandboxArguments } = commandFor(context, sandbox, paths, runtime, places, workspace);
      await using options = sandboxArguments && (await fileOf(paths.sandbox, sandboxArguments));
      const env = processEnvironment(input.workspaceId, places);
      const entry = join(places.runtime, runtime.entry);
      const message = (attached: boolean) => ({
        env: agentEnvironment(input, agent, places, attached ? { tasksFiles } : undefined),
        entry,
      });
      return {
        agent,
        message,
        launch: await launch({ command: argv, account, env, log: logFile, input: options }),
      };
    }),
  );
}

/** Writes arguments the way a program reads them from a descriptor, and opens them. All agents of a workspace have the same. */
async function fileOf(file: string, values: readonly string[]): Promise<FileHandle> {
  await writeFile(file, values.map((value) => `${value}\0`).join(''), { mode: 0o600 });
  return open(file, 'r');
}

function recordOf(context: Context, { input, sandbox }: AgentsInput, held: readonly HeldAgent[]): RunRecord {
  return {
    version: 1,
    buildId: input.buildId,
    sandbox: sandbox.kind,
    startedAt: context.clock.now().toISOString(),
    begun: false,
    agents: held.flatMap(({ agent, launch: { pid } }) => {
      const process = identityOf(pid);
      return process ? [{ id: agent.id, name: agent.name, process }] : [];
    }),
  };
}

/** An agent ends when it is stopped. Any other end is told, once. */
async function reportEnd(
  context: Context,
  { workspaceId, buildId }: StartInput,
  agent: Agent,
  launch: Launch,
  logStart: number,
): Promise<void> {
  const end = await launch.ended;
  if (context.builds.get(workspaceId) !== buildId) return;
  const outOfMemory = context.cgroups.oomKills(workspaceId) > 0;
  const tail = await logTail(context.layout.workspace(workspaceId).log, logStart);
  const reason = outOfMemory ? ' The workspace had reached its memory limit.' : '';
  const output = tail ? ` Its last output:\n${tail}` : '';
  const message = `The agent "${agent.name}" ${describeEnd(end)}.${reason}${output}`;
  context.log.warn({ workspace_id: workspaceId, agent_id: agent.id, out_of_memory: outOfMemory }, message);
  context.onAgentExit({ workspaceId, buildId, agentId: agent.id, outOfMemory, message });
}
