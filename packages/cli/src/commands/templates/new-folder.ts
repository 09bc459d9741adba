import { existsSync, readdirSync } from 'node:fs';
import { CliError } from '../../cli-error.ts';

/** Refuses a folder that holds something, so that no file of it is overwritten. */
export function refuseFull(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new CliError(`"${folder}" is not empty. Choose a folder that is new or empty.`);
  }
}
