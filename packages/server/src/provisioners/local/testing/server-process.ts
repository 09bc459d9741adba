import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StartInput } from '../../provisioner.ts';
import type { SandboxMode } from '../sandbox.ts';
import type { Started } from '../start-workspace.ts';

export interface ServerOptions {
  dataDir: string;
  sandbox: SandboxMode;
  /** Undefined: the account of the tests. */
  uid?: number;
  env?: Record<string, string>;
  hidden?: string[];
  /** Called when it lives and before it has made its provisioner. */
  onPid?: (pid: number) => void;
}

interface BuildLine {
  level: string;
  output: string;
}

/** A process that holds a provisioner, as the server does: it can be another account's, and be killed. */
export interface ServerProcess extends AsyncDisposable {
  start(input: Partial<StartInput>): Promise<Started & { log: BuildLine[] }>;
  stop(workspaceId: string): Promise<void>;
  delete(workspaceId: string): Promise<void>;
  inspect(workspaceId: string): Promise<string>;
  list(): Promise<{ workspaceId: string; status: string }[]>;
  check(): Promise<void>;
  /** What it was told of agents that ended by themselves. */
  exits(): Promise<{ message: string; outOfMemory: boolean }[]>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('./server-main.ts', import.meta.url));

export async function startServer({ uid, env, onPid, ...options }: ServerOptions): Promise<ServerProcess> {
  const child = fork(program, [JSON.stringify(options)], {
    ...(uid === undefined ? {} : { uid, gid: uid }),
    cwd: '/',
    env: { PATH: process.env.PATH, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<string, PromiseWithResolvers<never>>();
  child.on('message', ({ id, result, error }: { id: string; result?: unknown; error?: string }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  onPid?.(child.pid as number);
  const call = (method: string, argument?: unknown): Promise<never> => {
    const id = randomUUID();
    const answer = Promise.withResolvers<never>();
    waiting.set(id, answer);
    child.send({ id, method, argument });
    return answer.promise;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    start: (input) => call('start', startInput(input)),
    stop: (workspaceId) => call('stop', workspaceId),
    delete: (workspaceId) => call('delete', workspaceId),
    inspect: (workspaceId) => call('inspect', workspaceId),
    list: () => call('list'),
    check: () => call('check'),
    exits: () => call('exits'),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function startInput(input: Partial<StartInput>): StartInput {
  return {
    workspaceId: randomUUID(),
    workspaceName: 'web',
    ownerName: 'ann',
    buildId: randomUUID(),
    env: {},
    limits: { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null },
    agents: [{ id: randomUUID(), name: 'main', token: 'agent-token-0123456789' }],
    state: null,
    ...input,
  };
}
