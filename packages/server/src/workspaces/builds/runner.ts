import type { WorkspacesDeps } from '../deps.ts';
import { BUILD_TASK, type BuildTask } from './insert-build.ts';
import type { KeyedLock } from './keyed-lock.ts';
import { type RunDeps, type RunningBuilds, runBuild } from './run-build.ts';

/** The channel that carries the id of a job that is to be canceled, to whichever server runs it. */
export const CANCEL_CHANNEL = 'job_canceled';

export type BuildRunner = {
  /** Begins to hear cancellations. The queue's `run` begins the work itself. */
  start(): Promise<void>;
  stop(): void;
  /** The builds that run in this process, by job id. */
  readonly running: RunningBuilds;
  run(buildId: string): Promise<void>;
};

/** Connects the queue with {@link runBuild}. To be made before the queue runs. */
export function createBuildRunner(deps: WorkspacesDeps & { readonly lock: KeyedLock }): BuildRunner {
  const running: RunningBuilds = new Map();
  const runDeps: RunDeps = { ...deps, running, taken: new Set() };
  let unlisten: (() => void) | undefined;

  deps.queue.handle(BUILD_TASK, (payload) => runBuild(runDeps, (payload as BuildTask).build_id));

  async function rereadCancellations(): Promise<void> {
    if (running.size === 0) return;
    const jobs = await deps.db
      .selectFrom('provisioner_jobs')
      .select('id')
      .where('id', 'in', [...running.keys()])
      .where('status', '=', 'canceling')
      .execute();
    for (const { id } of jobs) running.get(id)?.abort();
  }

  return {
    running,
    run: (buildId) => runBuild(runDeps, buildId),
    async start() {
      unlisten = await deps.changes.listen(
        CANCEL_CHANNEL,
        (jobId) => running.get(jobId)?.abort(),
        () => {
          rereadCancellations().catch((err: unknown) =>
            deps.log.warn({ err }, 'cancellations could not be read'),
          );
        },
      );
    },
    stop: () => unlisten?.(),
  };
}
