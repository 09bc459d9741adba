import { ApiError, describeError } from '@coder/api';
import { createJobLog, type JobLog } from '../../jobs/index.ts';
import type { BuildLog, Provisioner } from '../../provisioners/index.ts';
import { instantiate } from '../../templates/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { bounded } from './bounded.ts';
import { type ClaimedBuild, claimBuild } from './claim.ts';
import { finishBuild } from './finish.ts';
import type { KeyedLock } from './keyed-lock.ts';
import { createSteps, type Steps } from './steps.ts';
import { revokeAgents, storeStarted, storeWorld } from './store-world.ts';
import { storeSteps } from './timings.ts';

export type RunDeps = WorkspacesDeps & {
  readonly lock: KeyedLock;
  readonly running: RunningBuilds;
  /** The ids of the builds that this process has taken or is about to take: none is run twice at once. */
  readonly taken: Set<string>;
};

/** What runs in this process, so that a cancellation reaches it. */
export type RunningBuilds = Map<string, AbortController>;

/** How long a provisioner may take to let go after it was told to. */
const letGoMs = 30_000;

const stages = {
  start: 'Starting workspace',
  stop: 'Stopping workspace',
  delete: 'Deleting workspace',
} as const;

/**
 * Runs a build to its end, whatever the end is. Every step may be repeated: after a crash the build is run again from
 * the start. A build that is over, or whose turn it is not, is left alone.
 */
export async function runBuild(deps: RunDeps, buildId: string): Promise<void> {
  if (deps.taken.has(buildId)) return;
  deps.taken.add(buildId);
  try {
    await takeAndRun(deps, buildId);
  } finally {
    deps.taken.delete(buildId);
  }
}

async function takeAndRun(deps: RunDeps, buildId: string): Promise<void> {
  const steps = createSteps(deps.clock);
  const build = await claimBuild(deps, buildId);
  if (!build) return;
  steps.done('claim');
  const jobLog = createJobLog({ db: deps.db, clock: deps.clock, log: deps.log, jobId: build.jobId });
  const canceled = new AbortController();
  deps.running.set(build.jobId, canceled);
  try {
    await deps.lock(build.workspaceId, () => execute(deps, build, jobLog, canceled, steps));
  } finally {
    deps.running.delete(build.jobId);
    await jobLog.flush();
    await storeSteps(deps.db, build.jobId, steps.taken()).catch((err: unknown) =>
      deps.log.warn({ err, build: build.id }, 'the steps of a build could not be stored'),
    );
    deps.log.debug(
      { build: build.id, transition: build.transition, ms: steps.milliseconds() },
      'a build has ended',
    );
  }
}

async function execute(
  deps: RunDeps,
  build: ClaimedBuild,
  jobLog: JobLog,
  canceled: AbortController,
  steps: Steps,
): Promise<void> {
  const stage = stages[build.transition];
  const log: BuildLog = (level, stageName, output) => jobLog.write(level, stageName, output);
  if (build.jobStatus === 'canceling') canceled.abort();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), deps.settings.buildTimeoutMs);
  const signal = AbortSignal.any([canceled.signal, limit.signal]);
  const begin: Begin = (transition) => {
    const text = `${stages[transition]} ${build.ownerName}/${build.workspaceName}`;
    jobLog.write('info', stages[transition], text, 'provisioner_daemon');
  };
  try {
    const provisioner = provisionerOf(deps, build);
    if (build.transition === 'start') await start(deps, provisioner, build, log, begin, signal, steps);
    else {
      begin(build.transition);
      await endWorkspace(deps, provisioner, build, log, signal, steps);
    }
    await jobLog.flush();
    steps.done('finish');
  } catch (error) {
    clearTimeout(timer);
    if (build.transition === 'start') await takeBack(deps, build, log);
    if (canceled.signal.aborted) {
      jobLog.write('warn', stage, 'The build was canceled.', 'provisioner_daemon');
      await jobLog.flush();
      await finishBuild(deps, build, { status: 'canceled' });
      return;
    }
    const message = limit.signal.aborted
      ? `The ${build.transition} did not finish within ${Math.round(deps.settings.buildTimeoutMs / 1000)} seconds and was ended. Read the build log, then try again.`
      : failureMessage(build, error);
    deps.log.warn({ err: error, build: build.id, workspace: build.workspaceId }, 'a build has failed');
    jobLog.write('error', stage, message, 'provisioner_daemon');
    await jobLog.flush();
    await finishBuild(deps, build, { status: 'failed', error: message });
  } finally {
    clearTimeout(timer);
  }
}

/** Says in the build's log what begins now. */
type Begin = (transition: ClaimedBuild['transition']) => void;

async function start(
  deps: RunDeps,
  provisioner: Provisioner,
  build: ClaimedBuild,
  log: BuildLog,
  begin: Begin,
  signal: AbortSignal,
  steps: Steps,
): Promise<void> {
  signal.throwIfAborted();
  const spec = instantiate(build.manifest, {
    values: build.values,
    workspace: { name: build.workspaceName },
    owner: { name: build.ownerName },
  });
  // A start of what runs is a restart, and what runs is given the time to end. What a dead server had started is ended at
  // once: it holds a token that is about to be replaced.
  const restarts = build.number > 1 && !build.again && (await shutDownAgents(deps, build, log, begin));
  if (restarts) steps.done('shutdown');
  if (restarts || build.again) await provisioner.stop(build.workspaceId, build.state, log);
  begin('start');
  signal.throwIfAborted();
  const agents = await storeWorld(deps, build, spec);
  steps.done('store');
  const started = await bounded(
    provisioner.start(
      {
        workspaceId: build.workspaceId,
        workspaceName: build.workspaceName,
        ownerName: build.ownerName,
        buildId: build.id,
        env: spec.env,
        limits: spec.limits,
        agents,
        state: build.state,
      },
      log,
      signal,
    ),
    signal,
    letGoMs,
  );
  signal.throwIfAborted();
  steps.done('provision');
  const finished = await finishBuild(deps, build, {
    status: 'succeeded',
    state: started.state,
    also: (trx, now) => storeStarted(trx, build, started, now),
  });
  if (!finished) {
    deps.running.get(build.jobId)?.abort();
    throw new Error('canceled at the last moment');
  }
}

async function endWorkspace(
  deps: RunDeps,
  provisioner: Provisioner,
  build: ClaimedBuild,
  log: BuildLog,
  signal: AbortSignal,
  steps: Steps,
): Promise<void> {
  // While nothing has been done it can be left undone. What has begun is finished: half a stop is no state.
  if (!build.again) signal.throwIfAborted();
  if (!build.orphan) {
    await shutDownAgents(deps, build, log);
    steps.done('shutdown');
    const work =
      build.transition === 'stop'
        ? provisioner.stop(build.workspaceId, build.state, log)
        : provisioner.delete(build.workspaceId, build.state, log);
    await bounded(work, AbortSignal.timeout(deps.settings.buildTimeoutMs), 0);
    steps.done('provision');
  }
  await finishBuild(deps, build, {
    status: 'succeeded',
    state: build.transition === 'delete' ? {} : build.state,
    also: async (trx, now) => {
      await revokeAgents(trx, build.workspaceId);
      await trx
        .updateTable('workspace_agents')
        .set({ lifecycle_state: 'off', updated_at: now })
        .where('workspace_id', '=', build.workspaceId)
        .where('lifecycle_state', '!=', 'off')
        .execute();
      if (build.transition !== 'delete') return;
      await trx
        .updateTable('workspaces')
        .set({ deleted: true, next_start_at: null, updated_at: now })
        .where('id', '=', build.workspaceId)
        .execute();
    },
  });
}

const endings = { start: 'restarts', stop: 'stops', delete: 'is deleted' } as const;

/**
 * Lets the agents run their shutdown scripts. One that does not answer in time is ended by the provisioner anyway. False
 * when there are none.
 */
async function shutDownAgents(
  deps: RunDeps,
  build: ClaimedBuild,
  log: BuildLog,
  begin?: Begin,
): Promise<boolean> {
  const agents = await deps.db
    .selectFrom('workspace_agents')
    .select(['id', 'name'])
    .where('workspace_id', '=', build.workspaceId)
    .where('token_hash', 'is not', null)
    .execute();
  if (agents.length > 0) begin?.('stop');
  const { shutdownGraceMs: graceMs, shutdownWaitMs: waitMs } = deps.settings;
  const reason = `The workspace ${endings[build.transition]}.`;
  await Promise.all(
    agents.map(async ({ id, name }) => {
      try {
        const work = deps.agents.shutdownAgent(id, { graceMs, waitMs, reason });
        await bounded(work, AbortSignal.timeout(waitMs + 1_000), 0);
      } catch (error) {
        deps.log.debug({ err: error, agent: id }, 'an agent did not shut down by itself');
        log(
          'warn',
          stages[build.transition === 'start' ? 'stop' : build.transition],
          `The agent ${name} did not shut down by itself; its processes are ended.`,
        );
      }
    }),
  );
  return agents.length > 0;
}

/** After a start that came to nothing no process and no valid token may be left. */
async function takeBack(deps: RunDeps, build: ClaimedBuild, log: BuildLog): Promise<void> {
  try {
    await revokeAgents(deps.db, build.workspaceId);
    await bounded(
      provisionerOf(deps, build).stop(build.workspaceId, build.state, log),
      AbortSignal.timeout(letGoMs),
      0,
    );
  } catch (error) {
    // The reconcile loop ends what is left.
    deps.log.warn({ err: error, workspace: build.workspaceId }, 'a failed start could not be taken back yet');
  }
}

export function provisionerOf(
  { provisioners }: Pick<WorkspacesDeps, 'provisioners'>,
  build: ClaimedBuild,
): Provisioner {
  const name = Object.keys(build.manifest.runtime)[0] ?? '';
  const provisioner = provisioners.get(name);
  if (provisioner) return provisioner;
  throw new ApiError('BAD_REQUEST', {
    message: `This server has no "${name}" runtime. It has: ${[...provisioners.keys()].join(', ') || 'none'}.`,
  });
}

function failureMessage(build: ClaimedBuild, error: unknown): string {
  const cause =
    error instanceof ApiError ? describeError(error) : error instanceof Error ? error.message : String(error);
  const sentence = /[.!?]$/.test(cause.trim()) ? cause.trim() : `${cause.trim()}.`;
  const next = {
    start: 'Read the build log, correct what it names, then start the workspace again.',
    stop: 'Read the build log, then stop the workspace again.',
    delete: 'Read the build log, then delete the workspace again; nothing of it is reused meanwhile.',
  }[build.transition];
  return `The ${build.transition} failed: ${sentence} ${next}`;
}
