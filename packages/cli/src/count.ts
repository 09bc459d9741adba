import { CliError } from './cli-error.ts';

/** Reads a number of things, at least one, from the command line. */
export function countArgument(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new CliError(`"${text}" is not a number of things. Write it like 50.`);
  }
  return count;
}
