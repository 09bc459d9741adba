import { statSync } from 'node:fs';
import type { StartProcess } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { type Child, type ChildEnd, startChild } from './child.ts';
import { endedProcess } from './ended.ts';
import type { WorkspaceEnvironment } from './environment.ts';
import { processGroup } from './group.ts';
import type { Offspring } from './offspring.ts';
import { oomKills } from './oom.ts';
import type { OutputLog } from './output-log.ts';
import type { PipePool } from './pipe-pool.ts';
import { type ManagedProcess, manageProcess } from './process.ts';
import { shellCommand } from './shell.ts';

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

/** Starts a program and follows it. Rejects with a fault that says why it cannot be started. */
export type Launch = (id: string, request: StartProcess, hooks: LaunchHooks) => Promise<ManagedProcess>;

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

  return async (id, request, hooks) => {
    const cwd = checkCwd(request);
    await pipes.atHand();
    launched += 1;
    const unique = `${options.bootId}-${launched}`;
    const shell = request.command === undefined ? undefined : shellCommand(request.command, stateDir, unique);
    const argv = shell?.argv ?? (request.argv as string[]);
    const env = options.environment.build(request.pty ? 'interactive' : 'non_interactive', {
      ...request.env,
      PWD: cwd,
      CODER_PROCESS: unique,
    });
    const output = hooks.createOutput(unique);
    let managed: ReturnType<typeof manageProcess> | undefined;
    let early: ChildEnd | undefined;
    let earlyClose = false;
    let child: Child;
    try {
      child = await startChild({
        argv,
        cwd,
        env,
        stdin: request.stdin,
        pty: request.pty,
        pipes,
        offspring,
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
      shell?.cleanUp();
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
        shell?.cleanUp();
        if (managed) hooks.onEnd(endedProcess(managed.process, group));
      },
    });
    hooks.onStart(managed.process);
    if (earlyClose) managed.closed();
    if (early) managed.exited(early);
    return managed.process;
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
