import { ApiError, describeErrorLines } from '@coder/api';
import { CommanderError } from 'commander';
import { CliError } from '../cli-error.ts';
import { plain } from './table.ts';

/** A line of ours is a line of the terminal; what a stranger wrote into one does not make another. */
function writeLines(lines: readonly string[]): void {
  process.stderr.write(`${lines.map(plain).join('\n')}\n`);
}

/** Prints what went wrong and what to do next, and returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof CliError) {
    if (error.message !== '') writeLines(error.lines);
    return error.exitCode;
  }
  if (error instanceof ApiError) {
    writeLines(describeErrorLines(error));
    return 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${plain(message)}\n`);
  if (process.env.CODER_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
