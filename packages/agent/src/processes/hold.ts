import { accessSync, constants, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Pipe } from './pipe-pool.ts';

/** The descriptor by which a held shell is let go. */
const GATE = 3;

/** What lets it go. Its mere end does not: an agent that is killed closes everything. */
const GO = '\n';

/**
 * Holds a command before its first step. Before the script that it got by `-c`, bash reads the file that `BASH_ENV` names (bash(1),
 * INVOCATION). This one waits for a line, and takes back all that the script could find of it: what is left is the variable
 * in `/proc/PID/environ`, and an entry in `BASH_ARGC`.
 */
export interface Hold {
  /** What the shell is given beside its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether the file is there. Without it a shell would not be held. */
  isSet(): boolean;
}

/** undefined where the shell is none that can be held, or the file cannot be written in `folder`. */
export function createHold(shell: string, folder: string): Hold | undefined {
  const file = join(folder, 'hold');
  // The variable's value is expanded like a word of the shell.
  if (basename(shell) !== 'bash' || !/^[\w./-]+$/.test(file + shell)) return undefined;
  try {
    writeFileSync(file, holdScript(shell), { mode: 0o600 });
  } catch {
    return undefined;
  }
  return {
    variables: { BASH_ENV: file },
    isSet() {
      try {
        accessSync(file, constants.R_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Lets what is held by this pipe begin. Throws the system's error when nobody is at its other end. */
export function letGo(gate: Pipe): void {
  writeSync(gate.writeEnd, GO);
}

/** One line, so that the script's lines are counted from one; and `$_` is in the end what it is at the beginning of a script. */
const holdScript = (shell: string) =>
  `read -r <&${GATE} || exit; exec ${GATE}<&-; unset REPLY BASH_ENV; : ${shell}\n`;
