import type { CallOutcome } from '@coder/tools';

/** Left of the timeout for a call to bring back what it has. */
const MARGIN_MS = 1_000;

/** How long a tool may wait for something, so that its call answers with a handle before the timeout. */
export const waitWithin = (timeoutMs: number): number =>
  Math.max(100, timeoutMs - Math.min(MARGIN_MS, timeoutMs / 10));

/**
 * Answers at the timeout for a call that is still held up then. The call itself goes on: it may have begun something, and
 * the answer says how to find out what.
 */
export async function withinTimeout(
  timeoutMs: number,
  toolName: string,
  run: () => Promise<CallOutcome>,
): Promise<CallOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CallOutcome>((resolve) => {
    timer = setTimeout(() => resolve(tooLate(timeoutMs, toolName)), timeoutMs);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(timeoutMs: number, toolName: string): CallOutcome {
  const text = `${toolName} has not answered within ${timeoutMs} ms and goes on. Nothing is lost: see coder_workspace_process_list for commands and coder_get_workspace for builds before you repeat it.`;
  return { result: { content: [{ type: 'text', text }], isError: true } };
}
