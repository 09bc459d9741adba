import { once } from 'node:events';
import { closeSync, writeSync } from 'node:fs';
import { AgentFault } from '../fault.ts';
import { type PipedChild, spawnPiped } from './child.ts';
import { type Hold, letGo } from './hold.ts';
import type { Offspring } from './offspring.ts';
import type { Pipe, PipePool } from './pipe-pool.ts';
import { readProc } from './proc-table.ts';

/** What a shell is forked with. */
export interface ShellOptions {
  pipes: PipePool;
  offspring: Offspring;
  hold: Hold;
  cwd: string;
  env: Record<string, string>;
}

/** A shell without work, that becomes a command and is held before its first step. */
export interface WaitingShell {
  readonly child: PipedChild;
  /** Tells it the command's words. */
  become(argv: readonly string[]): void;
  /** Whether it was neither ended nor stopped by another of the workspace. Throws a fault when it may have begun by itself. */
  isThere(): boolean;
  /** Lets the command begin. */
  letGo(): void;
  /** Ends it. */
  end(): void;
  /**
   * Whether it becomes `argv`, a command without output, is held, and says nothing of its own, for example of its language, which would
   * stand before what a command says. undefined when somebody has ended it.
   */
  isHeldWell(argv: readonly string[]): Promise<boolean | undefined>;
}

/** The program that waits; `-s` has it read what it does. */
export const WAITING: [string, ...string[]] = ['/bin/sh', '-s'];

/** Forks one; undefined where there are no pipes. Rejects with the system's error when there is no room. */
export async function forkShell(options: ShellOptions): Promise<WaitingShell | undefined> {
  const { pipes, offspring, hold, cwd } = options;
  const taken = (await pipes.take(3)) ?? [];
  const [input, gate, output] = taken;
  if (!input || !gate || !output) return undefined;
  const ends: number[] = [];
  try {
    for (const pipe of [input, gate]) ends.push(pipe.openToRead());
    const [stdin = -1, opened = -1] = ends;
    const env = { ...options.env, ...hold.variables };
    const more = hold.descriptors(opened);
    const child = await spawnPiped({ argv: WAITING, cwd, env, stdin, more, offspring }, [output]);
    return waitingShell(child, [input, gate, output]);
  } catch (error) {
    for (const pipe of taken) pipe.discard();
    throw error;
  } finally {
    for (const fd of ends) closeSync(fd);
  }
}

function waitingShell(child: PipedChild, [input, gate, output]: [Pipe, Pipe, Pipe]): WaitingShell {
  const { process } = child;
  const shell: WaitingShell = {
    child,
    become(argv) {
      writeSync(input.writeEnd, `exec ${argv.map(quote).join(' ')} </dev/null\n`);
      input.discard();
    },
    isThere() {
      // Who is killed has a signal in place of a code.
      if (process.exitCode !== null) throw mayHaveBegun();
      const { state = 'X' } = readProc(process.pid as number) ?? {};
      return !'TtZX'.includes(state);
    },
    letGo() {
      letGo(gate);
      gate.discard();
    },
    end() {
      for (const pipe of [input, gate, output]) pipe.discard();
      process.kill('SIGKILL');
    },
    async isHeldWell(argv) {
      shell.become(argv);
      letGo(gate);
      const [code] = (await once(process, 'exit')) as [number | null];
      if (code === null) return undefined;
      return code === 0 && !gate.hasData() && !output.hasData();
    },
  };
  return shell;
}

const mayHaveBegun = () =>
  new AgentFault(
    'internal',
    'The shell of the command ended before the command was to begin. Look whether it has done something, then run it again.',
  );

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
