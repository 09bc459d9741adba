import { CliError } from '../../cli-error.ts';
import { shellWord } from '../../shell-word.ts';

/** A path on this machine, or in a workspace. */
export type Place = { workspace: string | undefined; path: string };

/** What to copy from where to where: one of the two is in a workspace. */
export type Copy = { from: Place; to: Place };

/** `workspace:path` is in a workspace; what begins with `.` or `/`, or has no colon, is here. */
function parsePlace(text: string): Place {
  const colon = text.indexOf(':');
  if (colon < 1 || text.startsWith('.') || text.startsWith('/')) return { workspace: undefined, path: text };
  return { workspace: text.slice(0, colon), path: text.slice(colon + 1) || '~' };
}

/** Reads the two places of a copy. Throws {@link CliError} when not exactly one is in a workspace, or one is a stream. */
export function parseCopy(fromText: string, toText: string, recursive = false): Copy {
  if (fromText === '-' || toText === '-') {
    throw new CliError(
      '"-" is neither standard input nor output here. For a file of that name write "./-"; "coder ssh <workspace> -- cat <path>" prints a file.',
    );
  }
  const from = parsePlace(fromText);
  const to = parsePlace(toText);
  if (from.workspace === undefined && to.workspace === undefined) {
    throw new CliError('One of the two places must be in a workspace: write it <workspace>:<path>.');
  }
  if (from.workspace !== undefined && to.workspace !== undefined) {
    const cp = recursive ? 'coder cp -r' : 'coder cp';
    throw new CliError(
      `One of the two places must be on this machine, and both are in a workspace. Copy by way of this machine: "${cp} ${shellWord(fromText)} <here>", then "${cp} <here> ${shellWord(toText)}"; or by the MCP tool coder_workspace_copy. A file here whose name has a colon is written with "./" before it.`,
    );
  }
  return { from, to };
}
