import { parseDuration } from '@coder/api';
import { CliError } from './cli-error.ts';

/** Reads a length of time such as `30m`, `8h`, `1h30m` or `7d` from the command line, in milliseconds. */
export function durationArgument(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    throw new CliError(`"${text}" is not a length of time. Write it like 30m, 8h, 1h30m or 7d.`);
  }
  return milliseconds;
}
