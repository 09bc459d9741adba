import { existsSync, statSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { type PipedChild, spawnPiped } from './child.ts';
import type { Offspring } from './offspring.ts';
import type { PipePool } from './pipe-pool.ts';
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
  /** How long one waits to be used. */
  idleMs?: number;
}

/** A shell that waits to become a command. */
export interface Waiting {
  readonly unique: string;
  readonly child: PipedChild;
}

/**
 * A fork takes a millisecond or more: the kernel copies the tables of the agent's memory. So after a command has ended a
 * small shell is forked for the next, with everything that command is to have; told what it is, it becomes that by
 * `exec`, and cannot be told from one that was started just then, but for the time at which it started.
 */
export interface Standby {
  /** One that would be just the same as what `request` asks for, started anew in `cwd`. It may be gone when it is wanted. */
  find(request: StartProcess, cwd: string): Waiting | undefined;
  /** Has it become the command; false when it is gone. */
  become(waiting: Waiting, argv: readonly string[]): boolean;
  /** A command has ended: have one ready for the next, once this turn's work is done. */
  prepare(): void;
  /** Ends the one that waits; none is started afterwards. */
  close(): void;
}

interface Held extends Waiting {
  cwd: string;
  inode: string;
  env: Record<string, string>;
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
/** What a shell sets or changes by itself. */
const OWN = new Set(['OLDPWD', 'IFS', 'OPTIND', 'OPTARG', 'PPID', 'LINENO', 'ENV', 'SHELLOPTS', 'BASHOPTS']);

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
    gone.child.process.stdin?.destroy();
    gone.child.out?.discard();
    gone.child.err?.discard();
  }

  async function start(): Promise<void> {
    const cwd = options.folder();
    if (waiting?.cwd !== cwd) dismiss();
    if (waiting || starting || off) return;
    starting = true;
    try {
      const unique = options.nextUnique();
      const inode = inodeOf(cwd);
      const env = options.environment(unique, cwd);
      if (!Object.keys(env).every((name) => VARIABLE.test(name) && !OWN.has(name))) return;
      const child = await spawnPiped({ argv: SHELL, cwd, env, stdin: 'pipe', pipes, offspring });
      waiting = { unique, cwd, inode, env, child, idle: setTimeout(dismiss, options.idleMs ?? IDLE_MS) };
      waiting.idle.unref();
      child.process.once('exit', () => {
        if (waiting?.child === child) dismiss();
      });
      if (off || !child.out || !child.err) dismiss();
    } catch {
      // The folder is gone, or there is no room for another process: commands are started as they come.
    } finally {
      starting = false;
    }
  }

  return {
    find(request, cwd) {
      const found = waiting;
      if (!found || found.cwd !== cwd || !isSimple(request)) return undefined;
      const now = options.environment(found.unique, cwd);
      if (found.inode === inodeOf(cwd) && same(found.env, now) && isThere(found.child)) return found;
      dismiss();
      return undefined;
    },
    become(found, argv) {
      if (waiting !== found) return false;
      clearTimeout(waiting.idle);
      waiting = undefined;
      found.child.process.stdin?.end(`exec ${argv.map(quote).join(' ')} </dev/null\n`);
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

/** Whether a shell that knows nothing but the command can become it. */
function isSimple({ command, env, stdin, pty }: StartProcess): boolean {
  return (
    command !== undefined &&
    command.length <= MAX_COMMAND &&
    PLAIN.test(command) &&
    !command.startsWith('#!') &&
    Object.keys(env).length === 0 &&
    stdin === 'none' &&
    pty === undefined
  );
}

function inodeOf(folder: string): string {
  const { dev, ino } = statSync(folder);
  return `${dev}:${ino}`;
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** It was neither ended nor stopped by another of the workspace. */
function isThere({ process }: PipedChild): boolean {
  const { state = 'X' } = readProc(process.pid as number) ?? {};
  return !'TtZX'.includes(state);
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
