import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, ProvisionerLog, WorkspaceBuild } from '@coder/api';
import type { Budget } from '../budget.ts';
import { isNotFound } from '../tool-error.ts';

/** Below this an empty answer to a long poll means that it did not wait, and the next is held back. */
const POLL_MS = 250;

/** Whether a build's job is over. */
export const hasEnded = (build: WorkspaceBuild): boolean =>
  ['succeeded', 'failed', 'canceled'].includes(build.job.status);

/** The build when it has ended or the wait is over. It follows the log, whose long poll ends with the job. */
export async function waitForBuild(
  client: ApiClient,
  build: WorkspaceBuild,
  budget: Budget,
  atMost: number,
  seen: (lines: ProvisionerLog[]) => void = () => undefined,
  after = 0,
): Promise<WorkspaceBuild> {
  const start = budget.left();
  const left = (): number => Math.max(0, Math.min(budget.left(), atMost - (start - budget.left())));
  let now = build;
  let last = after;
  while (!hasEnded(now) && left() > 0) {
    const before = left();
    let lines: ProvisionerLog[];
    try {
      lines = await client.builds.logs({ build: build.id, after: last, wait_ms: before });
      now = await client.builds.get({ build: build.id });
    } catch (error) {
      // With its workspace a build may go as well.
      if (build.transition !== 'delete' || !isNotFound(error)) throw error;
      return { ...now, status: 'deleted', job: { ...now.job, status: 'succeeded' } };
    }
    seen(lines);
    last = lines.at(-1)?.id ?? last;
    if (lines.length === 0 && before - left() < POLL_MS && !hasEnded(now)) {
      await delay(Math.min(POLL_MS, left()));
    }
  }
  return now;
}
