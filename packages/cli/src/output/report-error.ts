import { ApiError, describeError } from '@coder/api';
import { CommanderError } from 'commander';
import { CliError } from '../cli-error.ts';
import { plain } from './table.ts';

/** Prints what went wrong and what to do next, and returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof CliError) {
    if (error.message !== '') process.stderr.write(`${plain(error.message)}\n`);
    return error.exitCode;
  }
  if (error instanceof ApiError) {
    process.stderr.write(`${plain(describeError(error))}\n`);
    return 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${plain(message)}\n`);
  if (process.env.CODER_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
