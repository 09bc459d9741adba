import type { ApiClient, Workspace, WorkspaceAgent, WorkspaceBuild } from '@coder/api';
import { CliError } from './cli-error.ts';
import { type Progress, withProgress } from './output/progress.ts';
import { agentsOf, pickAgent } from './workspace-ref.ts';

const POLL_MS = 20_000;

/** Prints a build's log as it comes, until the build has ended. A failed build is an error. */
export async function followBuild(
  client: ApiClient,
  build: WorkspaceBuild,
  progress: Progress,
): Promise<WorkspaceBuild> {
  let after = 0;
  let stage = '';
  for (;;) {
    const logs = await client.builds.logs({ build: build.id, after, wait_ms: POLL_MS });
    for (const log of logs) {
      if (log.stage !== stage) {
        stage = log.stage;
        progress.step(`==> ${stage}`);
      }
      if (log.output !== '') progress.line(log.output);
      after = log.id;
    }
    if (logs.length > 0) continue;
    const now = await client.builds.get({ build: build.id });
    if (now.job.completed_at === undefined) continue;
    if (now.job.status === 'succeeded') return now;
    progress.fail(`Build ${now.build_number} of ${now.workspace_name}: ${now.job.status}`);
    throw new CliError(
      now.job.error ?? `The build was ${now.job.status}. Read it with "coder logs ${now.workspace_name}".`,
    );
  }
}

/** Waits until the workspace can be worked in, showing its startup log. */
export async function waitReady(
  client: ApiClient,
  workspace: Workspace,
  agentName: string | undefined,
  progress: Progress,
): Promise<WorkspaceAgent> {
  for (;;) {
    const readiness = await client.workspaces.readiness({
      workspace: workspace.id,
      agent: agentName,
      wait_ms: POLL_MS,
    });
    if (readiness.ready) break;
    // A startup script that failed leaves a workspace one can still work in, and look at what went wrong.
    if (readiness.state === 'start_error' || readiness.state === 'start_timeout') {
      progress.line(readiness.reason);
      break;
    }
    if (readiness.state !== 'pending') throw new CliError(readiness.reason);
    progress.step(readiness.reason);
  }
  const fresh = await client.workspaces.get({ workspace: workspace.id });
  return pickAgent(fresh, agentName);
}

/** The agent of a workspace that is to be worked in: the workspace is started when it is stopped, and waited for. */
export async function ensureRunning(
  client: ApiClient,
  workspace: Workspace,
  agentName: string | undefined,
): Promise<WorkspaceAgent> {
  const { status } = workspace.latest_build;
  if (status === 'running') {
    const agent = agentsOf(workspace).find((a) => agentName === undefined || a.name === agentName);
    if (agent?.status === 'connected' && agent.lifecycle_state === 'ready')
      return pickAgent(workspace, agentName);
  }
  return withProgress(async (progress) => {
    if (status === 'stopped') {
      progress.step(`Starting ${workspace.name}`);
      const build = await client.workspaces.createBuild({
        workspace: workspace.id,
        transition: 'start',
        reason: 'ssh_connection',
      });
      await followBuild(client, build, progress);
    }
    return waitReady(client, workspace, agentName, progress);
  });
}
