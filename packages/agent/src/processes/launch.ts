import { statSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { type Child, type ChildEnd, followPiped, startChild } from './child.ts';
import { endedProcess } from './ended.ts';
import type { WorkspaceEnvironment } from './environment.ts';
import { processGroup } from './group.ts';
import type { Offspring } from './offspring.ts';
import { oomKills } from './oom.ts';
import type { OutputLog, OutputStream } from './output-log.ts';
import type { PipePool } from './pipe-pool.ts';
import { type ManagedProcess, manageProcess } from './process.ts';
import { shell, shellCommand } from './shell.ts';
import { createStandby, type Waiting } from './standby.ts';

export interface LaunchOptions {
  environment: WorkspaceEnvironment;
  pipes: PipePool;
  offspring: Offspring;
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

export interface LaunchPlan {
  request: StartProcess;
  cwd: string;
  waiting: Waiting | undefined;
}

/** Starts programs and follows them. Rejects with a fault that says why one cannot be started. */
export interface Launch {
  /** What can be looked at before; nothing has been done with it. Throws a fault that says why it cannot be started. */
  plan(request: StartProcess): LaunchPlan;
  start(id: string, plan: LaunchPlan, hooks: LaunchHooks): Promise<ManagedProcess>;
  /** Ends what stands ready for the next. */
  close(): void;
}

export function createLaunch(options: LaunchOptions): Launch {
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
    folder: () => options.resolveCwd(undefined),
    nextUnique,
    environment,
  });

  /** The waiting shell of a plan, on its way to the command, if it is still there. */
  function becomes({ request, waiting }: LaunchPlan) {
    if (!waiting || request.command === undefined) return undefined;
    const argv = [shell(), '-c', request.command];
    return standby.become(waiting, argv) ? { ...waiting, argv } : undefined;
  }

  function plan(request: StartProcess): LaunchPlan {
    const cwd = checkCwd(request);
    return { request, cwd, waiting: standby.find(request, cwd) };
  }

  async function start(id: string, plan: LaunchPlan, hooks: LaunchHooks): Promise<ManagedProcess> {
    const { request, cwd } = plan;
    const prepared = becomes(plan);
    if (!prepared) await pipes.atHand();
    const unique = prepared?.unique ?? nextUnique();
    const script =
      prepared || request.command === undefined ? undefined : shellCommand(request.command, stateDir, unique);
    const argv = script?.argv ?? prepared?.argv ?? (request.argv as string[]);
    const output = hooks.createOutput(unique);
    let managed: ReturnType<typeof manageProcess> | undefined;
    let early: ChildEnd | undefined;
    let earlyClose = false;
    const follow = {
      stdin: request.stdin,
      onOutput: (stream: OutputStream, bytes: Buffer) => output.append(stream, bytes),
      onExit: (end: ChildEnd) => {
        early = end;
        managed?.exited(end);
      },
      onClose: () => {
        earlyClose = true;
        managed?.closed();
      },
    };
    let child: Child;
    try {
      child = prepared
        ? followPiped(prepared.child, follow)
        : await startChild({
            ...follow,
            argv,
            cwd,
            env: environment(unique, cwd, request.env, request.pty ? 'interactive' : 'non_interactive'),
            pty: request.pty,
            pipes,
            offspring,
          });
    } catch (error) {
      script?.cleanUp();
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
        script?.cleanUp();
        standby.prepare();
        if (managed) hooks.onEnd(endedProcess(managed.process, group));
      },
    });
    hooks.onStart(managed.process);
    if (earlyClose) managed.closed();
    if (early) managed.exited(early);
    return managed.process;
  }
  return { plan, start, close: () => standby.close() };
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
