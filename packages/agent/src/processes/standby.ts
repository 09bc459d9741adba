import { once } from 'node:events';
import { closeSync, existsSync, statSync, writeSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { type PipedChild, spawnPiped } from './child.ts';
import { type Hold, letGo } from './hold.ts';
import type { Offspring } from './offspring.ts';
import type { Pipe, PipePool } from './pipe-pool.ts';
import { readProc } from './proc-table.ts';
import { shell } from './shell.ts';

export interface StandbyOptions {
  pipes: PipePool;
  offspring: Offspring;
  /** undefined where commands cannot be held: none waits then. */
  hold: Hold | undefined;
  /** Where a command starts that does not say. */
  folder: () => string;
  /** Names the next process. */
  nextUnique: () => string;
  /** What a command is given that starts in `cwd` and adds nothing of its own. */
  environment: (unique: string, cwd: string) => Record<string, string>;
  /** Another number whenever that has changed. */
  revision: () => number;
}

/** A shell that has become a command and does not begin yet. */
export interface Held {
  readonly unique: string;
  readonly child: PipedChild;
  /** Lets it begin; false, and it is ended, when it would not find what one that is started now would. */
  begin(): boolean;
  /** Ends it, unless it has begun. */
  abandon(): void;
}

/**
 * A fork takes a millisecond or more: the kernel copies the tables of the agent's memory. So after a command has ended a
 * small shell is forked for the next, with everything that command is to have; told what it is, it becomes that by
 * `exec`, and the command finds what it would have found had it been started just then. Until it may begin it is held.
 */
export interface Standby {
  /** The one that waits as the command `argv`, if it can be `request`, in `cwd`. */
  take(request: StartProcess, cwd: string, argv: readonly string[]): Held | undefined;
  /** A command has ended: have one ready for the next, once this turn's work is done. */
  prepare(): void;
  /** Ends the one that waits; none is started afterwards. */
  close(): void;
}

interface Waiting {
  readonly unique: string;
  readonly child: PipedChild;
  /** What it reads what it is to become from. */
  readonly input: Pipe;
  /** By which it is let go. */
  readonly gate: Pipe;
  readonly cwd: string;
  readonly inode: string;
  readonly revision: number;
}

const IDLE_MS = 60_000;
const SHELL: [string, ...string[]] = ['/bin/sh', '-s'];
/** Names the shell that is only tried. */
const TRIAL = 'trial';
/** It takes what it is to become in one piece; longer commands are started as they come. */
const MAX_COMMAND = 2_000;
/** Shells have had trouble with others. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
/** A shell hands on what is a variable to it. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What a shell sets or changes by itself, and what would take effect twice. */
const OWN =
  /^(_|OLDPWD|IFS|OPTIND|OPTARG|PPID|LINENO|REPLY|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|POSIXLY_CORRECT|LD_.*)$/;

export function createStandby(options: StandbyOptions): Standby {
  const { pipes, offspring, hold } = options;
  let waiting: Waiting | undefined;
  let idle: NodeJS.Timeout | undefined;
  let planned: NodeJS.Immediate | undefined;
  let starting = false;
  let tried: { revision: number; well: boolean } | undefined;
  let off = !existsSync(SHELL[0]);

  function takeWaiting(): Waiting | undefined {
    const taken = waiting;
    waiting = undefined;
    clearTimeout(idle);
    return taken;
  }

  function dismiss(): void {
    const gone = takeWaiting();
    if (gone) end(gone);
  }

  /** Forks a shell as everything now is; undefined where none would do as well as one that is started when it is needed. */
  async function fork({ variables }: Hold, unique: string): Promise<Waiting | undefined> {
    const cwd = options.folder();
    const inode = inodeOf(cwd);
    if (inode === undefined) return undefined;
    const revision = options.revision();
    const env = options.environment(unique, cwd);
    if (!Object.keys(env).every((name) => VARIABLE.test(name) && !OWN.test(name))) return undefined;
    const taken = (await pipes.take(4)) ?? [];
    const [input, gate, ...outputs] = taken;
    if (!input || !gate) return undefined;
    try {
      const child = await reading([input, gate], ([stdin = -1, ...more]) =>
        spawnPiped({ argv: SHELL, cwd, env: { ...env, ...variables }, stdin, more, offspring }, outputs),
      );
      return { unique, cwd, inode, revision, child, input, gate };
    } catch (error) {
      for (const pipe of taken) pipe.discard();
      throw error;
    }
  }

  async function start(set: Hold): Promise<void> {
    if (starting || off) return;
    starting = true;
    try {
      const revision = options.revision();
      if (waiting?.cwd !== options.folder() || waiting.revision !== revision) dismiss();
      if (waiting || !set.isSet()) return;
      if (tried?.revision !== revision) {
        const first = await fork(set, TRIAL);
        const well = first && (await isHeldWell(first));
        if (well === undefined) return;
        tried = { revision, well };
      }
      if (!tried.well) return;
      const forked = await fork(set, options.nextUnique());
      if (!forked) return;
      waiting = forked;
      idle = setTimeout(dismiss, IDLE_MS).unref();
      forked.child.process.once('exit', () => {
        if (waiting === forked) dismiss();
      });
      if (off) dismiss();
    } catch {
      // The folder is gone, or there is no room for another process: commands are started as they come.
    } finally {
      starting = false;
    }
  }

  const isAsItWas = ({ revision, inode, cwd, child }: Waiting) =>
    revision === options.revision() && inode === inodeOf(cwd) && isThere(child);

  return {
    take(request, cwd, argv) {
      if (waiting?.cwd !== cwd || waiting.revision !== options.revision() || !isSimple(request))
        return undefined;
      const found = takeWaiting();
      if (!found) return undefined;
      if (hold?.isSet() && become(found, argv)) return heldBy(found, isAsItWas);
      end(found);
      return undefined;
    },
    prepare() {
      if (!hold) return;
      planned ??= setImmediate(() => {
        planned = undefined;
        void start(hold);
      });
    },
    close() {
      off = true;
      clearImmediate(planned);
      dismiss();
    },
  };
}

/** Tells it what it is; false when it has ended. */
function become({ input }: Waiting, argv: readonly string[]): boolean {
  try {
    writeSync(input.writeEnd, `exec ${argv.map(quote).join(' ')} </dev/null\n`);
    input.discard();
    return true;
  } catch {
    return false;
  }
}

function heldBy(taken: Waiting, isAsItWas: (taken: Waiting) => boolean): Held {
  const { unique, child, gate } = taken;
  let begun = false;
  return {
    unique,
    child,
    begin() {
      try {
        if (isAsItWas(taken)) {
          letGo(gate);
          begun = true;
        }
      } catch {
        // It has ended, and has not been missed yet.
      }
      if (begun) gate.discard();
      else end(taken);
      return begun;
    },
    abandon() {
      if (!begun) end(taken);
    },
  };
}

function end({ input, gate, child }: Waiting): void {
  input.discard();
  gate.discard();
  child.process.kill('SIGKILL');
  child.out?.discard();
  child.err?.discard();
}

/**
 * Whether a shell takes a command, is held, and has nothing to say of its own, for example of its language, which would stand
 * before what a command says; undefined when somebody has ended it.
 */
async function isHeldWell(tried: Waiting): Promise<boolean | undefined> {
  const { child, gate } = tried;
  const ended = once(child.process, 'exit');
  try {
    if (!become(tried, [shell(), '-c', ':'])) return undefined;
    letGo(gate);
    const [code] = (await ended) as [number | null];
    if (code === null) return undefined;
    return code === 0 && ![gate, child.out, child.err].some((pipe) => pipe?.hasData() ?? true);
  } finally {
    end(tried);
  }
}

/** Starts what reads from these pipes. */
async function reading(
  from: readonly Pipe[],
  start: (ends: number[]) => Promise<PipedChild>,
): Promise<PipedChild> {
  const ends: number[] = [];
  try {
    for (const pipe of from) ends.push(pipe.openToRead());
    return await start(ends);
  } finally {
    for (const fd of ends) closeSync(fd);
  }
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
