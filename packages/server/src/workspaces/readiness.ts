import type { WorkspaceAgent, WorkspaceBuild, WorkspaceReadiness } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import { waitUntil } from '../jobs/index.ts';
import type { WorkspacesDeps } from './deps.ts';
import { findWorkspace } from './find.ts';
import { latestBuilds } from './read/build-rows.ts';
import { presentBuilds } from './read/present-build.ts';

export type ReadinessInput = { workspace: string; agent?: string | undefined; wait_ms: number };

/** States that only a person or another build can change. */
const undecided: ReadonlySet<string> = new Set(['pending', 'stopping', 'deleting', 'disconnected']);

/** Whether a workspace can be worked in; with `wait_ms` the answer waits until that is decided. It never starts anything. */
export async function workspaceReadiness(
  deps: WorkspacesDeps,
  actor: Actor,
  { workspace: id, agent, wait_ms: waitMs }: ReadinessInput,
  signal?: AbortSignal,
): Promise<WorkspaceReadiness> {
  await findWorkspace(deps.db, actor, id, { includeDeleted: true });
  const { value, expired } = await waitUntil(
    deps.changes,
    { channel: 'workspace_changed', id, waitMs, ...(signal ? { signal } : {}) },
    async () => {
      const row = (await latestBuilds(deps.db, [id])).get(id);
      const [build] = row ? await presentBuilds(deps, [row]) : [];
      if (!build) throw new Error(`the workspace ${id} has no build`);
      const answer = readinessOf(build, agent);
      return {
        value: answer,
        final: !undecided.has(answer.state),
        wakeInMs: connectsWithin(build, deps.clock.now()),
      };
    },
  );
  return { ...value, wait_expired: expired && undecided.has(value.state) && waitMs > 0 };
}

type Verdict = { state: WorkspaceReadiness['state']; reason: string };

/** What a build and its agent say together. */
function readinessOf(build: WorkspaceBuild, agentName?: string): WorkspaceReadiness {
  const agents = build.resources.flatMap((resource) => resource.agents ?? []);
  const wanted = agentName?.toLowerCase();
  const agent =
    wanted === undefined
      ? agents[0]
      : agents.find((candidate) => candidate.name.toLowerCase() === wanted || candidate.id === wanted);
  const verdict = buildVerdict(build) ?? agentVerdict(build, agent, agentName, agents);
  return {
    workspace_id: build.workspace_id,
    build_id: build.id,
    build_status: build.status,
    build_transition: build.transition,
    ...(build.job.error === undefined ? {} : { build_error: build.job.error }),
    ...(agent
      ? {
          agent_id: agent.id,
          agent_name: agent.name,
          connection_status: agent.status,
          lifecycle_state: agent.lifecycle_state,
        }
      : {}),
    ...verdict,
    ready: verdict.state === 'ready',
    wait_expired: false,
  };
}

function buildVerdict(build: WorkspaceBuild): Verdict | undefined {
  switch (build.status) {
    case 'pending':
      return { state: 'pending', reason: `The ${build.transition} waits for its turn.` };
    case 'starting':
      return { state: 'pending', reason: 'The workspace is starting.' };
    case 'canceling':
      return { state: 'pending', reason: `The ${build.transition} is being canceled.` };
    case 'stopping':
      return { state: 'stopping', reason: 'The workspace is stopping.' };
    case 'stopped':
      return { state: 'stopped', reason: 'The workspace is stopped. Start it to work in it.' };
    case 'deleting':
      return { state: 'deleting', reason: 'The workspace is being deleted.' };
    case 'deleted':
      return { state: 'deleted', reason: 'The workspace is deleted. Create another one.' };
    case 'canceled':
      return {
        state: 'build_canceled',
        reason: `The ${build.transition} was canceled. Start the workspace again.`,
      };
    case 'failed':
      return {
        state: 'build_failed',
        reason: build.job.error ?? `The ${build.transition} failed. Read the build log.`,
      };
    case 'running':
      return undefined;
  }
}

function agentVerdict(
  build: WorkspaceBuild,
  agent: WorkspaceAgent | undefined,
  name: string | undefined,
  all: readonly WorkspaceAgent[],
): Verdict {
  if (!agent) {
    const reason =
      name === undefined
        ? 'The template gives this workspace no agent.'
        : `There is no agent "${name}". There is: ${all.map((a) => a.name).join(', ') || 'none'}.`;
    return { state: 'unavailable', reason };
  }
  if (agent.status === 'timeout') {
    const limit = agent.connection_timeout_seconds;
    return {
      state: 'connection_timeout',
      reason: `The agent did not connect within ${limit} s. Restart the workspace.`,
    };
  }
  if (agent.lifecycle_state === 'off' && agent.status !== 'connected') {
    return {
      state: 'unavailable',
      reason: build.job.input.error ?? 'The agent is not running. Restart the workspace.',
    };
  }
  if (agent.status === 'connecting')
    return { state: 'pending', reason: 'The agent is starting and has not connected yet.' };
  if (agent.status === 'disconnected') {
    return {
      state: 'disconnected',
      reason: 'The agent has lost its connection; it reconnects by itself if it still runs.',
    };
  }
  switch (agent.lifecycle_state) {
    case 'ready':
      return { state: 'ready', reason: 'The workspace is ready.' };
    case 'created':
    case 'starting':
      return { state: 'pending', reason: 'The startup script is still running.' };
    case 'start_timeout':
      return {
        state: 'start_timeout',
        reason: 'The startup script takes longer than its limit. Commands work already.',
      };
    case 'start_error':
      return {
        state: 'start_error',
        reason: 'The startup script failed. Commands work; read the agent log for the cause.',
      };
    default:
      return { state: 'unavailable', reason: 'The agent is shutting down.' };
  }
}

/** When time alone turns `connecting` into `timeout`. */
function connectsWithin(build: WorkspaceBuild, now: Date): number | undefined {
  const waits = build.resources
    .flatMap((resource) => resource.agents ?? [])
    .filter((agent) => agent.status === 'connecting' && agent.connection_timeout_seconds > 0)
    .map((agent) => Date.parse(agent.created_at) + agent.connection_timeout_seconds * 1000 - now.getTime());
  return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits) + 1);
}
