import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that starts this command on any Node. */
export const launcher = fileURLToPath(new URL('../bin/coder.mjs', import.meta.url));

/** What a person types to run this command from anywhere: `coder` when it is on the PATH, else the launcher's path. */
export function coderCommand(env: NodeJS.ProcessEnv = process.env): string {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    // npm adds these for the time a script runs; a person's own shell does not have them.
    if (folder === '' || folder.includes('node_modules')) continue;
    try {
      if (realpathSync(join(folder, 'coder')) === realpathSync(launcher)) return 'coder';
    } catch {
      // Not in this folder.
    }
  }
  return /\s/.test(launcher) ? `"${launcher}"` : launcher;
}
