import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Pipe } from './pipe-pool.ts';

/** The descriptors that a held shell gets: what lets it go, and the script that makes it wait for that. */
const GATE = 3;
const SCRIPT = 4;
/** Its mere end does not let go: an agent that is killed closes everything. */
const GO = '\n';

/**
 * Holds a command before its first step. Before the script that it got by `-c`, bash reads the file that `BASH_ENV` names (bash(1),
 * INVOCATION). This one waits for a line, and takes back all that the command could find of it: what is left is the variable
 * in `/proc/PID/environ`, that `SECONDS` counts from the start of the shell, an entry in `BASH_ARGC` and in `PIPESTATUS`, and
 * what `BASH_COMMAND` is in a trap for the shell's end.
 */
export interface Hold {
  /** What the shell is given beside its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the shell gets as descriptors 3 and 4, of which the first is the gate's. */
  descriptors(gate: number): number[];
  close(): void;
}

/**
 * undefined where the shell is none that can be held, or the script cannot be written in `folder`. The script is a file without a
 * name, since bash goes on without a word where there is none by the name it is given.
 */
export function createHold(shell: string, folder: string, log: (message: string) => void): Hold | undefined {
  // The path stands in the script as it is.
  if (basename(shell) !== 'bash' || !/^[\w./-]+$/.test(shell)) return undefined;
  try {
    const script = openUnnamed(join(folder, 'hold'), holdScript(shell));
    return {
      variables: { BASH_ENV: `/proc/self/fd/${SCRIPT}` },
      descriptors: (gate) => [gate, script],
      close: () => closeSync(script),
    };
  } catch (error) {
    log(`commands start more slowly: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A file of these contents, open to read, whose name is gone. */
function openUnnamed(file: string, contents: string): number {
  try {
    writeFileSync(file, contents, { mode: 0o600 });
    return openSync(file, 'r');
  } finally {
    rmSync(file, { force: true });
  }
}

/** Lets what is held by this pipe begin. Throws the system's error when nobody is at its other end. */
export function letGo(gate: Pipe): void {
  writeSync(gate.writeEnd, GO);
}

/** One line, so that the script's lines are counted from one; and `$_` is in the end what it is at the beginning of a script. */
const holdScript = (shell: string) =>
  `read -r <&${GATE} || exit; exec ${GATE}<&- ${SCRIPT}<&-; unset REPLY BASH_ENV; : ${shell}\n`;
