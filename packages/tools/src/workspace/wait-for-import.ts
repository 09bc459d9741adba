import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, ProvisionerLog, TemplateVersion } from '@coder/api';
import type { Budget } from '../budget.ts';

/** Below this an empty answer to a long poll means that it did not wait, and the next is held back. */
const POLL_MS = 250;

/** Whether a version's import is over. */
export const isImported = ({ job }: TemplateVersion): boolean =>
  ['succeeded', 'failed', 'canceled'].includes(job.status);

/** The version when its import has ended or the wait is over. It follows the log, whose long poll ends with the job. */
export async function waitForImport(
  client: ApiClient,
  version: TemplateVersion,
  budget: Budget,
  atMost: number,
  seen: (lines: ProvisionerLog[]) => void = () => undefined,
  after = 0,
): Promise<TemplateVersion> {
  const start = budget.left();
  const left = (): number => Math.max(0, Math.min(budget.left(), atMost - (start - budget.left())));
  let now = version;
  let last = after;
  while (!isImported(now) && left() > 0) {
    const before = left();
    const lines = await client.templateVersions.logs({ version: version.id, after: last, wait_ms: before });
    now = await client.templateVersions.get({ version: version.id });
    seen(lines);
    last = lines.at(-1)?.id ?? last;
    if (lines.length === 0 && before - left() < POLL_MS && !isImported(now)) {
      await delay(Math.min(POLL_MS, left()));
    }
  }
  return now;
}
