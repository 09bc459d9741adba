import { statSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { type Child, type ChildEnd, type ChildListeners, followPiped, startChild } from './child.ts';
import { endedProcess } from './ended.ts';
import type { WorkspaceEnvironment } from './environment.ts';
import { processGroup } from './group.ts';
import type { Hold } from './hold.ts';
import type { Offspring } from './offspring.ts';
import { oomKills } from './oom.ts';
import type { OutputLog } from './output-log.ts';
import type { PipePool } from './pipe-pool.ts';
import { type ManagedProcess, manageProcess } from './process.ts';
import { argumentOf, shellCommand } from './shell.ts';
import { createStandby, type Held } from './standby.ts';

export interface LaunchOptions {
  environment: WorkspaceEnvironment;
  pipes: PipePool;
  offspring: Offspring;
  /** By which commands are held until they may begin; without it they are forked then. */
  hold?: Hold | undefined;
  stateDir: string;
  bootId: string;
  /** Where commands start when they do not say, and where a relative or `~` path leads. */
  resolveCwd: (cwd: string | undefined) => string;
  cgroupFolder?: string | undefined;
  now: () => number;
}

/** What whoever launches is told and asked. */
export interface LaunchHooks {
  createOutput(unique: string): OutputLog;
  /** It runs now. An end that has come already is told right after. */
  onStart(process: ManagedProcess): void;
  /** `ended` stands for it from now on. */
  onEnd(ended: ManagedProcess): void;
}

/** What is to be started, and how. */
export interface LaunchPlan {
  readonly request: StartProcess;
  /** What has become the command already and does not begin, in its folder and with its words. */
  readonly ready: { readonly held: Held; readonly cwd: string; readonly argv: string[] } | undefined;
}

/** Starts programs and follows them. */
export interface Launcher {
  /**
   * Prepares all that has no effect; what is not started then is to be abandoned. Throws a fault that says why it cannot be
   * started.
   */
  plan(request: StartProcess): LaunchPlan;
  /** Undoes what was prepared, unless it has been started. */
  abandon(plan: LaunchPlan): void;
  /** Starts it as everything is now. Rejects with a fault that says why it cannot be started. */
  start(id: string, plan: LaunchPlan, hooks: LaunchHooks): Promise<ManagedProcess>;
  /** Ends what stands ready for the next. */
  close(): void;
}

/** A program that has a name and may begin; it is run, if it was not held, when it is known who follows it. */
interface Begun {
  unique: string;
  cwd: string;
  argv: string[];
  follow(listeners: ChildListeners): Child | Promise<Child>;
  cleanUp(): void;
}

export function createLauncher(options: LaunchOptions): Launcher {
  const { pipes, offspring, stateDir, now } = options;
  let launched = 0;

  function checkCwd(request: StartProcess): string {
    const cwd = options.resolveCwd(request.cwd);
    try {
      if (!statSync(cwd).isDirectory())
        throw new AgentFault('not_a_directory', `${cwd} is not a directory. Give a directory as cwd.`, {
          path: cwd,
          field: 'cwd',
        });
    } catch (error) {
      throw fileFault(error, cwd, 'cwd');
    }
    return cwd;
  }

  const nextUnique = () => `${options.bootId}-${++launched}`;

  const environment = (
    unique: string,
    cwd: string,
    own = {},
    kind: 'interactive' | 'non_interactive' = 'non_interactive',
  ) => options.environment.build(kind, { ...own, PWD: cwd, CODER_PROCESS: unique });

  const standby = createStandby({
    pipes,
    offspring,
    hold: options.hold,
    folder: () => options.resolveCwd(undefined),
    nextUnique,
    environment,
    revision: () => options.environment.revision,
  });

  function plan(request: StartProcess): LaunchPlan {
    const cwd = checkCwd(request);
    const argv = request.command === undefined ? undefined : argumentOf(request.command);
    const held = argv && standby.take(request, cwd, argv);
    return { request, ready: held && { held, cwd, argv } };
  }

  const abandon = ({ ready }: LaunchPlan) => ready?.held.abandon();

  /** What is held as the command; undefined when it is not what one that is started now would be. */
  function begin({ ready }: LaunchPlan): Begun | undefined {
    if (!ready?.held.begin()) return undefined;
    const { argv, cwd, held } = ready;
    const { unique, child } = held;
    return { unique, cwd, argv, follow: (listeners) => followPiped(child, listeners), cleanUp() {} };
  }

  function anew(request: StartProcess): Begun {
    const cwd = checkCwd(request);
    const unique = nextUnique();
    const { argv, cleanUp } =
      request.command === undefined
        ? { argv: request.argv as string[], cleanUp() {} }
        : shellCommand(request.command, stateDir, unique);
    const env = environment(unique, cwd, request.env, request.pty ? 'interactive' : 'non_interactive');
    return {
      unique,
      cwd,
      argv,
      follow: (listeners) =>
        startChild({
          ...listeners,
          argv,
          cwd,
          env,
          pty: request.pty,
          mergeStderr: request.merge_stderr,
          pipes,
          offspring,
        }),
      cleanUp,
    };
  }

  async function start(id: string, plan: LaunchPlan, hooks: LaunchHooks): Promise<ManagedProcess> {
    const { request } = plan;
    const begun = begin(plan) ?? anew(request);
    const { unique, cwd, argv } = begun;
    const output = hooks.createOutput(unique);
    let managed: ReturnType<typeof manageProcess> | undefined;
    let early: ChildEnd | undefined;
    let earlyClose = false;
    let child: Child;
    try {
      child = await begun.follow({
        stdin: request.stdin,
        onOutput: (stream, bytes) => output.append(stream, bytes),
        onExit: (end) => {
          early = end;
          managed?.exited(end);
        },
        onClose: () => {
          earlyClose = true;
          managed?.closed();
        },
      });
    } catch (error) {
      begun.cleanUp();
      output.release();
      throw startFault(error, argv[0] as string);
    }
    const group = processGroup(child.pid, `CODER_PROCESS=${unique}`);
    managed = manageProcess({
      id,
      request,
      argv,
      cwd,
      child,
      group,
      output,
      now,
      oomKills: () => oomKills(options.cgroupFolder),
      onEnd() {
        begun.cleanUp();
        void standby.prepare();
        if (managed) hooks.onEnd(endedProcess(managed.process, group));
      },
    });
    hooks.onStart(managed.process);
    if (earlyClose) managed.closed();
    if (early) managed.exited(early);
    return managed.process;
  }
  return {
    plan,
    abandon,
    start,
    close: () => standby.close(),
  };
}

function startFault(error: unknown, program: string): unknown {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return new AgentFault(
        'not_found',
        `There is no program "${program}" in this workspace. Install it, or give its whole path.`,
        { field: 'argv.0' },
      );
    case 'EACCES':
      return new AgentFault(
        'permission_denied',
        `The program "${program}" may not be run. Make it executable with chmod +x.`,
        { field: 'argv.0' },
      );
    case 'E2BIG':
      return new AgentFault(
        'too_large',
        'The arguments and the environment are too long for the system. Write the data to a file and pass its path.',
        { field: 'argv' },
      );
    case 'EAGAIN':
    case 'ENOMEM':
    case 'EMFILE':
      return new AgentFault(
        'too_many',
        'The workspace has no room for another process (process, memory or file limit). Stop some processes, then try again.',
      );
    default:
      return error;
  }
}
