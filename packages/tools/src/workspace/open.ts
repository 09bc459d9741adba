import { type ApiClient, ApiError, type Workspace, type WorkspaceAgent } from '@coder/api';
import { type Budget, startBudget } from '../budget.ts';
import type { ToolContext } from '../tool.ts';
import { describeFailure, ToolError } from '../tool-error.ts';
import { agentsOf, chooseAgent, findWorkspace } from './find.ts';
import { parseWorkspaceName } from './name.ts';

/** A workspace and the agent in it that a call works through. */
export type OpenWorkspace = { workspace: Workspace; agent: WorkspaceAgent };

/** An agent that a call works through. */
export type OpenAgent = { agent: { readonly id: string } };

/**
 * The agent a name stands for when it can be worked through as it is: the usual case, for which one small question is
 * enough. Undefined for every other case, which the whole workspace is then read for.
 */
async function usableAgent(client: ApiClient, input: string): Promise<OpenAgent | undefined> {
  const name = parseWorkspaceName(input);
  if (name.kind !== 'name') return undefined;
  const found = await client.agents.find({
    owner: name.owner,
    workspace: name.name,
    ...(name.agent === undefined ? {} : { agent: name.agent }),
  });
  const [only] = found;
  return found.length === 1 && only?.usable ? { agent: { id: only.agent_id } } : undefined;
}

/** What a call that only reads through an agent works with; as {@link lookIntoWorkspace} where that is not plain. */
export async function lookThroughAgent(client: ApiClient, input: string): Promise<OpenAgent> {
  return (await usableAgent(client, input)) ?? lookIntoWorkspace(client, input);
}

/** What a call that only looks works with. A workspace that does not run is left as it is, and the caller told. */
export async function lookIntoWorkspace(client: ApiClient, input: string): Promise<OpenWorkspace> {
  const { workspace, agentName } = await findWorkspace(client, input);
  if (workspace.latest_build.status !== 'running') throw new ToolError(notRunning(workspace));
  return { workspace, agent: chooseAgent(workspace, agentName) };
}

/**
 * What a call that acts works with: a workspace that is stopped is started, and its startup scripts are waited for
 * within the budget. When that is not enough the error says that nothing has been done yet.
 */
export async function enterWorkspace(
  client: ApiClient,
  input: string,
  context: ToolContext,
  budget: Budget = startBudget(context),
): Promise<OpenAgent> {
  const usable = await usableAgent(client, input);
  if (usable) return usable;
  const { workspace, agentName } = await findWorkspace(client, input);
  if (workspace.latest_build.status === 'running' && agentsOf(workspace).length > 0) {
    const agent = chooseAgent(workspace, agentName);
    if (isUsable(agent)) return { agent };
  }
  if (workspace.latest_build.transition !== 'start') await start(client, workspace, context);
  refuseBroken(workspace);
  await waitUntilReady(client, workspace, agentName, context, budget);
  const now = await client.workspaces.get({ workspace: workspace.id });
  return { agent: chooseAgent(now, agentName) };
}

/** A failed startup script leaves a workspace that can be entered, which is how it is put right. */
const isUsable = (agent: WorkspaceAgent): boolean =>
  agent.status === 'connected' && ['ready', 'start_error', 'start_timeout'].includes(agent.lifecycle_state);

function refuseBroken({ name, latest_build: build }: Workspace): void {
  if (build.transition !== 'start') return;
  if (build.status === 'failed') {
    throw new ToolError(
      `workspace "${name}" is in failed state: ${build.job.error ?? 'its last build failed'}. See coder_get_workspace_build_logs, then start it again with coder_create_workspace_build (transition "start").`,
    );
  }
  if (build.status === 'canceled' || build.status === 'canceling') {
    throw new ToolError(
      `workspace "${name}" is not running: its last start was canceled. Start it with coder_create_workspace_build (transition "start").`,
    );
  }
}

async function start(client: ApiClient, workspace: Workspace, context: ToolContext): Promise<void> {
  const { name, latest_build: build } = workspace;
  if (build.transition === 'delete') throw new ToolError(`workspace "${name}" is deleted`);
  if (build.status === 'failed') throw new ToolError(`workspace "${name}" is in failed state`);
  if (build.status !== 'stopped') {
    throw new ToolError(
      `workspace must be started; was unable to autostart as the last build job is "${build.status}", expected "stopped". Wait with coder_workspace_readiness, then try again.`,
    );
  }
  context.progress?.(`Starting workspace ${name}`);
  try {
    await client.workspaces.createBuild({ workspace: workspace.id, transition: 'start' });
  } catch (error) {
    // Another call has started it in the same moment.
    if (error instanceof ApiError && error.code === 'CONFLICT') return;
    throw new ToolError(
      `workspace "${name}" is stopped; failed to start workspace: ${describeFailure(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function waitUntilReady(
  client: ApiClient,
  workspace: Workspace,
  agentName: string | undefined,
  context: ToolContext,
  budget: Budget,
): Promise<void> {
  context.progress?.(`Waiting until workspace ${workspace.name} is ready`);
  const readiness = await client.workspaces.readiness({
    workspace: workspace.id,
    ...(agentName === undefined ? {} : { agent: agentName }),
    wait_ms: budget.left(),
  });
  if (readiness.ready || ['start_error', 'start_timeout'].includes(readiness.state)) return;
  if (readiness.wait_expired || readiness.state === 'pending') {
    throw new ToolError(
      `Workspace "${workspace.name}" is not ready yet (${readiness.reason}). Nothing has been run. Wait with coder_workspace_readiness (wait_ms 30000), then repeat this call.`,
    );
  }
  throw new ToolError(
    `agent not ready: workspace "${workspace.name}" is ${readiness.state}: ${readiness.reason}. Nothing has been run.`,
  );
}

function notRunning({ name, latest_build: build }: Workspace): string {
  const next: Record<string, string> = {
    stopped: 'Start it with coder_create_workspace_build (transition "start").',
    pending: 'Wait with coder_workspace_readiness.',
    starting: 'Wait with coder_workspace_readiness.',
    stopping:
      'Wait until it is stopped, then start it with coder_create_workspace_build (transition "start").',
    canceled: 'Start it with coder_create_workspace_build (transition "start").',
    failed:
      'See coder_get_workspace_build_logs, then start it again with coder_create_workspace_build (transition "start").',
  };
  const hint = next[build.status];
  return `Workspace "${name}" is ${build.status}.${hint === undefined ? '' : ` ${hint}`}`;
}
