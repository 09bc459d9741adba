import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Provisioner, StartInput } from '../../provisioners/index.ts';

export type ProcessProvisioner = Provisioner & {
  readonly directory: string;
  /** What the tests look at and turn. */
  readonly hooks: {
    /** Runs in the middle of a start, when the process is there already. */
    onStart: (input: StartInput, signal: AbortSignal) => Promise<void>;
    /** Runs at the beginning of a stop and of a delete. */
    onEnd: (workspaceId: string) => Promise<void>;
  };
  readonly starts: StartInput[];
  /** The process of a workspace that runs, or undefined. */
  pidOf(workspaceId: string): Promise<number | undefined>;
  kill(workspaceId: string): Promise<void>;
  cleanUp(): Promise<void>;
};

/** A provisioner for tests: a folder and one real process a workspace, known by a file, so that it outlives this program. */
export async function processProvisioner(directory?: string): Promise<ProcessProvisioner> {
  const root = directory ?? (await mkdtemp(join(tmpdir(), 'workspaces-test-')));
  const pidFile = (id: string) => join(root, id, 'pid');
  const hooks: ProcessProvisioner['hooks'] = { onStart: async () => {}, onEnd: async () => {} };
  const starts: StartInput[] = [];

  async function pidOf(id: string): Promise<number | undefined> {
    const pid = Number(await readFile(pidFile(id), 'utf8').catch(() => ''));
    return pid > 0 && (await isAlive(pid)) ? pid : undefined;
  }
  async function kill(id: string): Promise<void> {
    for (let pid = await pidOf(id); pid !== undefined; pid = await pidOf(id)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself between the look and the kill.
      }
      await new Promise(setImmediate);
    }
    await rm(pidFile(id), { force: true });
  }

  return {
    runtime: 'local',
    directory: root,
    hooks,
    starts,
    pidOf,
    kill,
    check: async () => {},
    async start(input, log, signal) {
      starts.push(input);
      await kill(input.workspaceId);
      const home = join(root, input.workspaceId, 'home');
      await mkdir(home, { recursive: true });
      const child = spawn('sleep', ['100000'], { cwd: home, detached: true, stdio: 'ignore' });
      child.unref();
      await writeFile(pidFile(input.workspaceId), String(child.pid));
      log('info', 'Starting workspace', `the process is ${child.pid}`);
      await hooks.onStart(input, signal);
      return {
        state: { pid: child.pid },
        limits: input.limits,
        resources: [
          {
            type: 'local_workspace',
            name: 'folder',
            agentIds: input.agents.map((agent) => agent.id),
            metadata: [{ key: 'home', value: home, sensitive: false }],
          },
        ],
      };
    },
    async stop(id) {
      await hooks.onEnd(id);
      await kill(id);
    },
    async delete(id) {
      await hooks.onEnd(id);
      await kill(id);
      await rm(join(root, id), { recursive: true, force: true });
    },
    async inspect(id) {
      if ((await pidOf(id)) !== undefined) return 'running';
      return (await readdir(root)).includes(id) ? 'stopped' : 'missing';
    },
    async list() {
      const ids = await readdir(root);
      return Promise.all(
        ids.map(async (workspaceId) => ({
          workspaceId,
          status: (await pidOf(workspaceId)) === undefined ? ('stopped' as const) : ('running' as const),
        })),
      );
    },
    async cleanUp() {
      for (const id of await readdir(root).catch(() => [])) await kill(id);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A zombie counts as dead: it only waits for a parent to look. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}
