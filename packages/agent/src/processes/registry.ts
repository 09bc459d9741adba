import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Process, ProcessResult, StartProcess } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { createByteLog } from './byte-log.ts';
import { fileStore, memoryStore } from './byte-store.ts';
import { type Child, type ChildEnd, startChild } from './child.ts';
import type { WorkspaceEnvironment } from './environment.ts';
import { processGroup } from './group.ts';
import type { Offspring } from './offspring.ts';
import { oomKills } from './oom.ts';
import { createOutputLog, presentOutput } from './output-log.ts';
import type { PipePool } from './pipe-pool.ts';
import { type ManagedProcess, manageProcess } from './process.ts';
import { shellCommand } from './shell.ts';

export interface ProcessLimits {
  /** Output of one process in memory, and in its spill file. */
  memoryBytes: number;
  spillBytes: number;
  /** Output of all of them; beyond it the oldest ended ones lose theirs. */
  totalMemoryBytes: number;
  totalSpillBytes: number;
  /** How many may run at once. */
  running: number;
  /** How many ended ones are remembered, and for how long. */
  ended: number;
  endedMs: number;
}

export const defaultProcessLimits: ProcessLimits = {
  memoryBytes: 8 * 1024 * 1024,
  spillBytes: 256 * 1024 * 1024,
  totalMemoryBytes: 128 * 1024 * 1024,
  totalSpillBytes: 2 * 1024 * 1024 * 1024,
  running: 1_000,
  ended: 1_000,
  endedMs: 24 * 3600 * 1000,
};

/** While memory is short a process gets only this much of it before its output goes to a file. */
const TIGHT_MEMORY_BYTES = 256 * 1024;
/** How many ids of forgotten processes are known, so that none is started a second time. */
const REMEMBERED_IDS = 20_000;

export interface RegistryOptions {
  limits: ProcessLimits;
  environment: WorkspaceEnvironment;
  pipes: PipePool;
  offspring: Offspring;
  stateDir: string;
  bootId: string;
  /** Where commands start when they do not say, and where a relative or `~` path leads. */
  resolveCwd: (cwd: string | undefined) => string;
  cgroupFolder?: string | undefined;
  now: () => number;
  onStart?: () => void;
}

export interface ProcessRegistry {
  /** `passing`: of the agent's own; neither listed nor remembered nor counted as work once it has ended. */
  start(request: StartProcess, signal?: AbortSignal, how?: { passing?: boolean }): Promise<ProcessResult>;
  /** A fault when there is none, or it was forgotten. */
  get(id: string): ManagedProcess;
  list(state?: 'running' | 'exited'): { processes: Process[]; forgotten: number };
  runningCount(): number;
  /** Ends all of them; none can be started afterwards. */
  shutdown(graceMs: number): Promise<void>;
}

/** An ended process, and what its output takes. */
interface Ended {
  process: ManagedProcess;
  memory: number;
  disk: number;
}

export function createProcessRegistry(options: RegistryOptions): ProcessRegistry {
  const { limits, now } = options;
  const processes = new Map<string, Promise<ManagedProcess>>();
  const settled = new Map<string, ManagedProcess>();
  const forgotten = new Set<string>();
  const live = new Set<ManagedProcess>();
  // In the order in which they ended.
  const ended = new Map<string, Ended>();
  const held = { memory: 0, disk: 0 };
  const passing = new Set<string>();
  let forgottenCount = 0;
  let counter = 0;
  let running = 0;
  let closing = false;

  /** All that runs counts by what it holds now, all that has ended by what it held then. */
  const total = (of: 'memory' | 'disk') => {
    let sum = held[of];
    for (const process of live) sum += process.output[of]();
    return sum;
  };

  function retire(process: ManagedProcess): void {
    const entry = { process, memory: process.output.memory(), disk: process.output.disk() };
    live.delete(process);
    held.memory += entry.memory;
    held.disk += entry.disk;
    ended.set(process.id, entry);
  }

  function releaseOutput(entry: Ended): void {
    entry.process.output.release();
    held.memory -= entry.memory;
    held.disk -= entry.disk;
    entry.memory = 0;
    entry.disk = 0;
  }

  function drop(entry: Ended): void {
    releaseOutput(entry);
    ended.delete(entry.process.id);
    settled.delete(entry.process.id);
    processes.delete(entry.process.id);
  }

  /** Forgets ended processes that are too old or too many, and drops the output of the oldest when all together is too much. */
  function evict(): void {
    for (const entry of ended.values()) {
      if (ended.size <= limits.ended && (entry.process.endedAt ?? 0) > now() - limits.endedMs) break;
      drop(entry);
      forgotten.add(entry.process.id);
      forgottenCount += 1;
    }
    for (const id of forgotten) {
      if (forgotten.size <= REMEMBERED_IDS) break;
      forgotten.delete(id);
    }
    if (total('memory') <= limits.totalMemoryBytes && total('disk') <= limits.totalSpillBytes) return;
    for (const entry of ended.values()) {
      const memoryShort = total('memory') > limits.totalMemoryBytes;
      const diskShort = total('disk') > limits.totalSpillBytes;
      if (!memoryShort && !diskShort) break;
      if ((memoryShort && entry.memory > 0) || (diskShort && entry.disk > 0)) releaseOutput(entry);
    }
  }

  /** Ends what is left of a passing process, and forgets it. */
  function forget(process: ManagedProcess): void {
    const gone = () => {
      const entry = ended.get(process.id);
      if (entry) drop(entry);
      passing.delete(process.id);
    };
    if (process.running) void process.cancel(0).then(gone, gone);
    else gone();
  }

  function createOutput(unique: string) {
    const tight = total('memory') > limits.totalMemoryBytes / 2;
    return createOutputLog(
      createByteLog(
        {
          memoryBytes: tight ? Math.min(TIGHT_MEMORY_BYTES, limits.memoryBytes) : limits.memoryBytes,
          spillBytes: limits.spillBytes,
        },
        {
          memory: memoryStore,
          spill() {
            if (total('disk') + limits.memoryBytes > limits.totalSpillBytes) return undefined;
            try {
              return fileStore(join(options.stateDir, `output-${unique}`));
            } catch {
              return undefined;
            }
          },
        },
      ),
    );
  }

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

  async function launch(id: string, request: StartProcess): Promise<ManagedProcess> {
    const cwd = checkCwd(request);
    await options.pipes.atHand();
    counter += 1;
    const unique = `${options.bootId}-${counter}`;
    const tag = `CODER_PROCESS=${unique}`;
    const shell =
      request.command === undefined ? undefined : shellCommand(request.command, options.stateDir, unique);
    const argv = shell?.argv ?? (request.argv as string[]);
    const env = options.environment.build(request.pty ? 'interactive' : 'non_interactive', {
      ...request.env,
      PWD: cwd,
      CODER_PROCESS: unique,
    });
    const output = createOutput(unique);
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
        pipes: options.pipes,
        offspring: options.offspring,
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
    running += 1;
    managed = manageProcess({
      id,
      request,
      argv,
      cwd,
      child,
      group: processGroup(child.pid, tag, () => managed?.alive() ?? true),
      output,
      now,
      oomKills: () => oomKills(options.cgroupFolder),
      onEnd() {
        running -= 1;
        shell?.cleanUp();
        if (managed) retire(managed.process);
        evict();
      },
    });
    settled.set(id, managed.process);
    live.add(managed.process);
    if (earlyClose) managed.closed();
    if (early) managed.exited(early);
    if (!passing.has(id)) options.onStart?.();
    return managed.process;
  }

  function find(id: string): ManagedProcess {
    const found = settled.get(id);
    if (found) return found;
    if (forgotten.has(id)) {
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
      if (closing)
        throw new AgentFault(
          'shutting_down',
          'The workspace is stopping; no command can be started. Start the workspace, then try again.',
        );
      let id = request.id;
      if (id === undefined)
        do id = `p${++counter}`;
        while (processes.has(id) || forgotten.has(id));
      let started = false;
      let pending = processes.get(id);
      if (!pending) {
        if (forgotten.has(id)) find(id);
        if (running >= limits.running) {
          throw new AgentFault(
            'too_many',
            `${running} commands are running, as many as are allowed. Stop some of them, then try again.`,
          );
        }
        started = true;
        if (how?.passing) passing.add(id);
        pending = launch(id, request);
        processes.set(id, pending);
        pending.catch(() => {
          processes.delete(id);
          passing.delete(id);
        });
      }
      const process = await pending;
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
      evict();
      const all = [...settled.values()].filter(
        (p) => !passing.has(p.id) && (state === undefined || (state === 'running') === p.running),
      );
      return { processes: all.reverse().map((p) => p.describe()), forgotten: forgottenCount };
    },
    runningCount: () => running - passing.size,
    async shutdown(graceMs) {
      closing = true;
      await Promise.all([...settled.values()].filter((p) => p.running).map((p) => p.cancel(graceMs)));
    },
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
