import { CliError } from './cli-error.ts';

/** Reads a number of things, at least one, from the command line. */
export function countArgument(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new CliError(`"${text}" is not a number of things. Write it like 50.`);
  }
  return count;
}

/** Reads a whole number that may be 0 from the command line. */
export function wholeNumber(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) {
    throw new CliError(`"${text}" is not a whole number. Write it like 0 or 50.`);
  }
  return count;
}
