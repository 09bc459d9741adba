import { existsSync, statSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import type { PipedChild } from './child.ts';
import type { Hold } from './hold.ts';
import type { Offspring } from './offspring.ts';
import type { PipePool } from './pipe-pool.ts';
import { shell } from './shell.ts';
import { forkShell, WAITING, type WaitingShell } from './waiting-shell.ts';

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
  /**
   * Lets it begin; false, and it is ended, when it would not find what one that is started now would. Throws a fault when it may
   * have begun by itself.
   */
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
  /** A command has ended: has one ready for the next, once this turn's work is done. Resolves then, whether there is one or not. */
  prepare(): Promise<void>;
  /** Ends those that wait, are held or are tried; none is started afterwards. */
  close(): void;
}

/** A shell, and what was when it was forked. */
interface Forked {
  readonly unique: string;
  readonly shell: WaitingShell;
  readonly cwd: string;
  readonly inode: string;
  readonly revision: number;
}

const IDLE_MS = 60_000;
/** So long a shell may take to show that it can be held. */
const TRIAL_MS = 1_000;
/** Names the shell that is only tried. */
const TRIAL = 'trial';
/** It takes what it is to become in one piece; longer commands are started as they come. */
const MAX_COMMAND = 2_000;
/** Shells have had trouble with others. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
/** What the script that holds a shell leaves behind in it. */
const TOLD = /BASH_COMMAND|PIPESTATUS|BASH_ARG/;
/** A shell hands on what is a variable to it. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What a shell sets or changes by itself, and what would take effect twice. */
const OWN =
  /^(_|OLDPWD|IFS|OPTIND|OPTARG|PPID|LINENO|REPLY|TMOUT|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|POSIXLY_CORRECT|LD_.*)$/;

export function createStandby(options: StandbyOptions): Standby {
  const { pipes, offspring, hold } = options;
  /** All that have not begun. */
  const forked = new Set<Forked>();
  let waiting: Forked | undefined;
  let idle: NodeJS.Timeout | undefined;
  let preparing: Promise<void> | undefined;
  let tried: { revision: number; well: boolean } | undefined;
  let off = !existsSync(WAITING[0]);

  function end(gone: Forked): void {
    if (forked.delete(gone)) gone.shell.end();
  }

  function takeWaiting(): Forked | undefined {
    const taken = waiting;
    waiting = undefined;
    clearTimeout(idle);
    return taken;
  }

  function dismiss(): void {
    const gone = takeWaiting();
    if (gone) end(gone);
  }

  /** Forks one as everything now is; undefined where it would not do as well as one that is started when it is needed. */
  async function fork(set: Hold, unique: string): Promise<Forked | undefined> {
    const cwd = options.folder();
    const inode = inodeOf(cwd);
    if (off || inode === undefined) return undefined;
    const revision = options.revision();
    const env = options.environment(unique, cwd);
    if (!Object.keys(env).every((name) => VARIABLE.test(name) && !OWN.test(name))) return undefined;
    const shell = await forkShell({ pipes, offspring, hold: set, cwd, env });
    if (!shell) return undefined;
    const made = { unique, shell, cwd, inode, revision };
    forked.add(made);
    if (!off) return made;
    end(made);
    return undefined;
  }

  /** Whether shells can be held in the environment that now is: seen once of each, unless somebody has meddled. */
  async function isTried(set: Hold): Promise<boolean> {
    if (tried?.revision === options.revision()) return tried.well;
    const first = await fork(set, TRIAL);
    if (!first) return false;
    const timer = setTimeout(() => end(first), TRIAL_MS).unref();
    try {
      const well = await first.shell.isHeldWell([shell(), '-c', ':']);
      if (well !== undefined) tried = { revision: first.revision, well };
      return well === true;
    } finally {
      clearTimeout(timer);
      end(first);
    }
  }

  async function start(set: Hold): Promise<void> {
    if (waiting?.cwd !== options.folder() || waiting.revision !== options.revision()) dismiss();
    if (waiting || !(await isTried(set))) return;
    const next = await fork(set, options.nextUnique());
    if (!next) return;
    if (next.revision !== tried?.revision) {
      end(next);
      return;
    }
    waiting = next;
    idle = setTimeout(dismiss, IDLE_MS).unref();
    next.shell.child.process.once('exit', () => {
      if (waiting === next) dismiss();
    });
  }

  const isAsItWas = ({ revision, inode, cwd, shell }: Forked) =>
    shell.isThere() && revision === options.revision() && inode === inodeOf(cwd);

  function held(taken: Forked): Held {
    const { unique, shell } = taken;
    return {
      unique,
      child: shell.child,
      begin() {
        if (!forked.has(taken)) return false;
        if (!isAsItWas(taken)) {
          end(taken);
          return false;
        }
        forked.delete(taken);
        shell.letGo();
        return true;
      },
      abandon: () => end(taken),
    };
  }

  return {
    take(request, cwd, argv) {
      if (waiting?.cwd !== cwd || waiting.revision !== options.revision() || !isSimple(request))
        return undefined;
      const taken = takeWaiting();
      taken?.shell.become(argv);
      return taken && held(taken);
    },
    prepare() {
      if (!hold || off) return Promise.resolve();
      preparing ??= new Promise<void>((resolve) => setImmediate(resolve))
        .then(() => start(hold))
        // The folder is gone, or there is no room for another process: commands are started as they come.
        .catch(() => {})
        .finally(() => {
          preparing = undefined;
        });
      return preparing;
    },
    close() {
      off = true;
      takeWaiting();
      for (const one of forked) end(one);
    },
  };
}

/** Whether a shell that knows nothing but the command can become it. */
function isSimple({ command, env, stdin, merge_stderr, pty }: StartProcess): boolean {
  return (
    command !== undefined &&
    command.length <= MAX_COMMAND &&
    PLAIN.test(command) &&
    !TOLD.test(command) &&
    Object.keys(env).length === 0 &&
    stdin === 'none' &&
    merge_stderr &&
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
