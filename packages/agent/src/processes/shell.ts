import { accessSync, constants, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let found: string | undefined;

/** bash where there is one, otherwise sh: found once, by PATH. */
export function shell(path = process.env.PATH ?? '/usr/bin:/bin'): string {
  if (found) return found;
  for (const name of ['bash', 'sh']) {
    for (const folder of path.split(':')) {
      const candidate = join(folder || '.', name);
      try {
        accessSync(candidate, constants.X_OK);
        found = candidate;
        return candidate;
      } catch {
        // The next folder may have it.
      }
    }
  }
  return '/bin/sh';
}

/** The kernel takes no single argument beyond 128 KiB; longer commands go through a file. */
const MAX_ARGUMENT = 100 * 1024;

export interface ShellCommand {
  argv: string[];
  /** Removes the file that was needed for it, if any. */
  cleanUp(): void;
}

/** How to run a shell command as an argument; undefined for one that is long or names its own interpreter by `#!`. */
export function argumentOf(command: string): string[] | undefined {
  if (command.startsWith('#!') || Buffer.byteLength(command) > MAX_ARGUMENT) return undefined;
  // What begins like an option would be taken for one.
  return [shell(), '-c', ...(command.startsWith('-') ? ['--'] : []), command];
}

/** How to run a shell command: as an argument, or else as a file in `folder`. */
export function shellCommand(command: string, folder: string, unique: string): ShellCommand {
  const argv = argumentOf(command);
  if (argv) return { argv, cleanUp() {} };
  const file = join(folder, `script-${unique}`);
  writeFileSync(file, command, { mode: 0o700, flag: 'wx' });
  return {
    argv: command.startsWith('#!') ? [file] : [shell(), file],
    cleanUp() {
      try {
        unlinkSync(file);
      } catch {
        // The script removed itself.
      }
    },
  };
}
