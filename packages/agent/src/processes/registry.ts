import type { Process, ProcessResult, StartProcess } from '@coder/api/agent';
import { AgentFault } from '../fault.ts';
import { createLauncher, type LaunchOptions, type LaunchPlan } from './launch.ts';
import type { ProcessLimits } from './limits.ts';
import { presentOutput } from './output-log.ts';
import type { ManagedProcess } from './process.ts';
import { createRetention } from './retention.ts';

export interface RegistryOptions extends LaunchOptions {
  limits: ProcessLimits;
  onStart?: () => void;
}

export interface StartOptions {
  /** Of the agent's own; neither listed nor remembered nor counted as work once it has ended. */
  passing?: boolean;
  /** Nothing is started before it resolves, and nothing when it rejects. */
  after?: Promise<void>;
}

export interface ProcessRegistry {
  start(request: StartProcess, signal?: AbortSignal, how?: StartOptions): Promise<ProcessResult>;
  /** A fault when there is none, or it was forgotten. */
  get(id: string): ManagedProcess;
  list(state?: 'running' | 'exited'): { processes: Process[]; forgotten: number };
  runningCount(): number;
  /** Ends all of them; none can be started afterwards. */
  shutdown(graceMs: number): Promise<void>;
}

/** Knows the processes of a workspace by their ids: the same id again is the same process. */
export function createProcessRegistry(options: RegistryOptions): ProcessRegistry {
  const { limits } = options;
  const processes = new Map<string, Promise<ManagedProcess>>();
  const settled = new Map<string, ManagedProcess>();
  const passing = new Set<string>();
  const launcher = createLauncher(options);
  const retention = createRetention({
    ...options,
    onDrop(id) {
      settled.delete(id);
      processes.delete(id);
    },
  });
  let counter = 0;
  let running = 0;
  let closing = false;

  const hooks = {
    createOutput: retention.createOutput,
    onStart(process: ManagedProcess) {
      running += 1;
      settled.set(process.id, process);
      retention.began(process);
      if (!passing.has(process.id)) options.onStart?.();
    },
    onEnd(ended: ManagedProcess) {
      running -= 1;
      processes.set(ended.id, Promise.resolve(ended));
      settled.set(ended.id, ended);
      retention.ended(ended);
      retention.evict();
    },
  };

  function newId(): string {
    let id: string;
    do id = `p${++counter}`;
    while (processes.has(id) || retention.isForgotten(id));
    return id;
  }

  /** Starts what nobody has started under this id. */
  function begin(id: string, plan: LaunchPlan, isPassing: boolean): Promise<ManagedProcess> {
    if (retention.isForgotten(id)) find(id);
    if (running >= limits.running) {
      throw new AgentFault(
        'too_many',
        `${running} commands are running, as many as are allowed. Stop some of them, then try again.`,
      );
    }
    if (isPassing) passing.add(id);
    const pending = launcher.start(id, plan, hooks);
    processes.set(id, pending);
    pending.catch(() => {
      processes.delete(id);
      passing.delete(id);
    });
    return pending;
  }

  function refuseWhenClosing(): void {
    if (closing)
      throw new AgentFault(
        'shutting_down',
        'The workspace is stopping; no command can be started. Start the workspace, then try again.',
      );
  }

  /** Starts it, unless it has been started under its id. What was prepared for it and is not needed is undone. */
  async function launch(
    request: StartProcess,
    { after, passing: isPassing = false }: StartOptions = {},
  ): Promise<{ process: ManagedProcess; started: boolean }> {
    refuseWhenClosing();
    let plan = request.id !== undefined && processes.has(request.id) ? undefined : launcher.plan(request);
    try {
      if (after) {
        await after;
        refuseWhenClosing();
      }
      const id = request.id ?? newId();
      const known = processes.get(id);
      if (known) return { process: await known, started: false };
      plan ??= launcher.plan(request);
      return { process: await begin(id, plan, isPassing), started: true };
    } finally {
      if (plan) launcher.abandon(plan);
    }
  }

  /** Ends what is left of a passing process, and forgets it. */
  function forget(process: ManagedProcess): void {
    const gone = () => {
      retention.drop(process.id);
      passing.delete(process.id);
    };
    if (process.running) void process.cancel(0).then(gone, gone);
    else gone();
  }

  function find(id: string): ManagedProcess {
    const found = settled.get(id);
    if (found) return found;
    if (retention.isForgotten(id)) {
      throw new AgentFault(
        'gone',
        `The process "${id}" ended and has been forgotten to make room. Start a new one.`,
        { field: 'id' },
      );
    }
    throw new AgentFault(
      'process_not_found',
      `There is no process "${id}" in this workspace. List the processes to see which there are.`,
      { field: 'id' },
    );
  }

  return {
    async start(request, signal, how) {
      const { process, started } = await launch(request, how);
      await process.waitEnd(request.wait_ms, signal);
      const slice = process.output.read(0, request.max_output_bytes, request.keep);
      if (how?.passing) forget(process);
      return {
        process: process.describe(),
        started,
        output: presentOutput(slice, request.encoding, process.output.size, !process.running),
      };
    },
    get: find,
    list(state) {
      retention.evict();
      const all = [...settled.values()].filter((p) => !passing.has(p.id)).map((p) => p.describe());
      // What has left something running behind belongs to both.
      const isWanted = (p: Process) =>
        state === undefined || p.state === state || (state === 'running' && p.left_running === true);
      return {
        processes: all.reverse().filter(isWanted),
        forgotten: retention.forgottenCount(),
      };
    },
    runningCount: () => running - passing.size,
    async shutdown(graceMs) {
      closing = true;
      launcher.close();
      await Promise.all([...settled.values()].filter((p) => p.running).map((p) => p.cancel(graceMs)));
    },
  };
}
