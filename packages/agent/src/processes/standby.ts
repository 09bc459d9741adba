import { closeSync, existsSync, statSync, writeSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { type PipedChild, spawnPiped } from './child.ts';
import type { Offspring } from './offspring.ts';
import type { Pipe, PipePool } from './pipe-pool.ts';
import { readProc } from './proc-table.ts';

export interface StandbyOptions {
  pipes: PipePool;
  offspring: Offspring;
  /** Where a command starts that does not say. */
  folder: () => string;
  /** Names the next process. */
  nextUnique: () => string;
  /** What a command is given that starts in `cwd` and adds nothing of its own. */
  environment: (unique: string, cwd: string) => Record<string, string>;
  /** Another number whenever that has changed. */
  revision: () => number;
}

/** A shell that waits to become a command. */
export interface Waiting {
  readonly unique: string;
  readonly child: PipedChild;
}

/**
 * A fork takes a millisecond or more: the kernel copies the tables of the agent's memory. So after a command has ended a
 * small shell is forked for the next, with everything that command is to have; told what it is, it becomes that by
 * `exec`, and the command finds what it would have found had it been started just then.
 */
export interface Standby {
  /** One that would do for `request`, in `cwd`, as well as one that is started anew. */
  find(request: StartProcess, cwd: string): Waiting | undefined;
  /** Whether one that was found before would still be. */
  isAsItWas(waiting: Waiting): boolean;
  /** Has it become the command; false when another has taken it. */
  become(waiting: Waiting, argv: readonly string[]): boolean;
  /** A command has ended: have one ready for the next, once this turn's work is done. */
  prepare(): void;
  /** Ends the one that waits; none is started afterwards. */
  close(): void;
}

interface Held extends Waiting {
  /** What it reads what it is to become from. */
  input: Pipe;
  cwd: string;
  inode: string;
  revision: number;
  idle: NodeJS.Timeout;
}

const IDLE_MS = 60_000;
const SHELL: [string, ...string[]] = ['/bin/sh', '-s'];
/** It takes what it is to become in one piece; longer commands are started as they come. */
const MAX_COMMAND = 2_000;
/** Shells have had trouble with others. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
/** A shell hands on what is a variable to it. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What a shell sets or changes by itself, and what would take effect twice. */
const OWN = /^(OLDPWD|IFS|OPTIND|OPTARG|PPID|LINENO|ENV|SHELLOPTS|BASHOPTS|POSIXLY_CORRECT|LD_.*)$/;

export function createStandby(options: StandbyOptions): Standby {
  const { pipes, offspring } = options;
  let waiting: Held | undefined;
  let planned: NodeJS.Immediate | undefined;
  let starting = false;
  let off = !existsSync(SHELL[0]);

  function dismiss(): void {
    const gone = waiting;
    if (!gone) return;
    waiting = undefined;
    clearTimeout(gone.idle);
    gone.input.discard();
    gone.child.process.kill('SIGKILL');
    gone.child.out?.discard();
    gone.child.err?.discard();
  }

  async function start(): Promise<void> {
    if (starting || off) return;
    starting = true;
    let taken: Pipe[] = [];
    try {
      const cwd = options.folder();
      if (waiting?.cwd !== cwd) dismiss();
      const inode = inodeOf(cwd);
      if (waiting || inode === undefined) return;
      const unique = options.nextUnique();
      const revision = options.revision();
      const env = options.environment(unique, cwd);
      if (!Object.keys(env).every((name) => VARIABLE.test(name) && !OWN.test(name))) return;
      taken = (await pipes.take(3)) ?? [];
      const [input, ...outputs] = taken;
      if (!input) return;
      const child = await spawnFrom(input, (stdin) =>
        spawnPiped({ argv: SHELL, cwd, env, stdin, offspring }, outputs),
      );
      waiting = { unique, cwd, inode, revision, child, input, idle: setTimeout(dismiss, IDLE_MS) };
      waiting.idle.unref();
      child.process.once('exit', () => {
        if (waiting?.child === child) dismiss();
      });
      if (off) dismiss();
    } catch {
      // The folder is gone, or there is no room for another process: commands are started as they come.
      for (const pipe of taken) pipe.discard();
    } finally {
      starting = false;
    }
  }

  function isAsItWas(found: Waiting): boolean {
    return (
      waiting === found &&
      waiting.revision === options.revision() &&
      waiting.inode === inodeOf(waiting.cwd) &&
      isThere(waiting.child)
    );
  }

  return {
    find(request, cwd) {
      const found = waiting;
      if (!found || found.cwd !== cwd || !isSimple(request)) return undefined;
      if (isAsItWas(found) && !hasSaid(found.child)) return found;
      dismiss();
      return undefined;
    },
    isAsItWas,
    become(found, argv) {
      if (waiting !== found) return false;
      const { input, idle } = waiting;
      try {
        writeSync(input.writeEnd, `exec ${argv.map(quote).join(' ')} </dev/null\n`);
      } catch {
        // It has ended, and has not been missed yet.
        dismiss();
        return false;
      }
      input.discard();
      clearTimeout(idle);
      waiting = undefined;
      return true;
    },
    prepare() {
      planned ??= setImmediate(() => {
        planned = undefined;
        void start();
      });
    },
    close() {
      off = true;
      clearImmediate(planned);
      dismiss();
    },
  };
}

/** Starts what reads from a pipe. */
async function spawnFrom(input: Pipe, start: (stdin: number) => Promise<PipedChild>): Promise<PipedChild> {
  const stdin = input.openToRead();
  try {
    return await start(stdin);
  } finally {
    closeSync(stdin);
  }
}

/** Whether a shell has something of its own to say, for example of its language, which would stand before what the command says. */
function hasSaid({ out, err }: PipedChild): boolean {
  return [out, err].some((pipe) => pipe?.hasData() ?? true);
}

/** Whether a shell that knows nothing but the command can become it. */
function isSimple({ command, env, stdin, pty }: StartProcess): boolean {
  return (
    command !== undefined &&
    command.length <= MAX_COMMAND &&
    PLAIN.test(command) &&
    Object.keys(env).length === 0 &&
    stdin === 'none' &&
    pty === undefined
  );
}

/** Which folder stands at a path; undefined when none does that can be seen. */
function inodeOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** It was neither ended nor stopped by another of the workspace. */
function isThere({ process }: PipedChild): boolean {
  const { state = 'X' } = readProc(process.pid as number) ?? {};
  return !'TtZX'.includes(state);
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
