import type { ToolContext } from './tool.ts';

/** The longest that one call may wait: clients and proxies give up at 60 s. */
export const MAX_WAIT_MS = 45_000;

/** How long a call may still wait, in whole milliseconds; all its waits draw on it. */
export type Budget = { left: (atMost?: number) => number };

/** The budget of a call that begins now. */
export function startBudget(context: Pick<ToolContext, 'now' | 'waitMs'>): Budget {
  const end = context.now() + Math.min(context.waitMs, MAX_WAIT_MS);
  return {
    left: (atMost = MAX_WAIT_MS) => Math.max(0, Math.min(Math.floor(end - context.now()), atMost)),
  };
}
