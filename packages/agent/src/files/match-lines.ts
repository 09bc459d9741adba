import { createContext, Script } from 'node:vm';

export interface LineMatch {
  /** Counted from 0, in the lines that were given. */
  line: number;
  /** Counted from 0. */
  column: number;
}

/** How long a pattern may take over one call: while it does, the agent does nothing else. */
const SLICE_MS = 500;

/** How much of a line a pattern is tried on; a longer one is data. */
const MAX_LINE = 16 * 1024;

const script = new Script(`
  for (let line = 0; line < lines.length && found.length < limit; line += 1) {
    const match = pattern.exec(lines[line].slice(0, ${MAX_LINE}));
    if (match) found.push({ line, column: match.index });
  }
`);

/**
 * The lines a pattern is found in, up to `limit`; undefined when it takes too long. A pattern such as \`(a+)+$\` can take
 * longer than anybody waits, and only a script of its own can be interrupted in the middle of one.
 */
export function matchLines(
  pattern: RegExp,
  lines: readonly string[],
  limit: number,
): LineMatch[] | undefined {
  const found: LineMatch[] = [];
  try {
    script.runInContext(createContext({ pattern, lines, limit, found }), { timeout: SLICE_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
  return found;
}
