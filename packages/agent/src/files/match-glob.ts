import { matchesGlob } from 'node:path';
import { createContext, Script } from 'node:vm';

/** How long a glob may take over one name: while it does, the agent does nothing else. */
const SLICE_MS = 200;

const context = createContext({ matchesGlob, name: '', glob: '' }) as { name: string; glob: string };
const script = new Script('matchesGlob(name, glob)');

/**
 * Whether a glob matches; undefined when that takes too long. One with many stars or braces has more ways to be tried than
 * anybody waits for, and only a script of its own can be interrupted in the middle of one.
 */
export function matchGlob(name: string, glob: string): boolean | undefined {
  // The cost of the script is only worth paying where it could matter.
  if (isSimple(glob)) return matchesGlob(name, glob);
  try {
    Object.assign(context, { name, glob });
    return script.runInContext(context, { timeout: SLICE_MS }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

/** Globs such as `*.ts` and `src/**`, which there is hardly more than one way to try. */
function isSimple(glob: string): boolean {
  return !/[{[(]/.test(glob) && (glob.replace(/^\*\*\//, '').match(/\*+/g)?.length ?? 0) <= 1;
}
