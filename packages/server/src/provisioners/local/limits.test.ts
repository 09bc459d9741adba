import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHierarchies } from './cgroups/hierarchies.ts';
import { createCgroups } from './cgroups/index.ts';
import { enforceable, isRoot, worlds } from './testing/conditions.ts';
import { type ServerProcess, startServer } from './testing/server-process.ts';
import { growAgent, inWorkspace, leftOf, temporaryDataDir, until } from './testing/world.ts';

const sandbox = worlds.some((world) => world.sandbox === 'bwrap' && world.skip === undefined)
  ? 'bwrap'
  : 'none';
const none = { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null };
const missing = (what: string) =>
  `the limits of a workspace (skipped: no cgroup for ${what} can be made here)`;

let server: ServerProcess;
let data: Awaited<ReturnType<typeof temporaryDataDir>>;
const cgroups = createCgroups(isRoot);

beforeAll(async () => {
  data = await temporaryDataDir();
  server = await startServer({ dataDir: data.path, sandbox });
});
afterAll(async () => {
  for (const { workspaceId } of await server.list()) await server.delete(workspaceId);
  await server.kill();
  await data.remove();
});

describe.skipIf(enforceable.processes === null)(
  enforceable.processes === null ? missing('processes') : 'the limit of processes',
  () => {
    it('holds a fork bomb, which stop ends', async () => {
      const workspaceId = randomUUID();
      const started = await server.start({ workspaceId, limits: { ...none, processes: 60 } });
      expect(started.limits.processes).toBe(60);
      // Each process starts two more and ends, for as long as it can: none is there long enough to be told by its number.
      await inWorkspace(
        data.path,
        workspaceId,
        `cat > bomb <<'E'\nsh bomb & sh bomb & sleep 0.01\nE\n(setsid sh bomb >/dev/null 2>&1 &)`,
      );
      // As the kernel counts, at one moment: a list that is read while it forks is of none.
      const held = join(dirname(cgroups.tasksFiles(workspaceId)?.commands.source ?? ''), 'pids.current');
      const count = () => Number(readFileSync(held, 'utf8'));
      await until(() => count() > 40);
      expect(count()).toBeLessThanOrEqual(60);
      await server.stop(workspaceId);
      expect(cgroups.processes(workspaceId)).toEqual([]);
      expect(leftOf(workspaceId, undefined)).toEqual([]);
    });

    it('is 4096 when the template sets none', async () => {
      const { limits } = await server.start({});
      expect(limits.processes).toBe(4096);
    });
  },
);

describe.skipIf(enforceable.memoryBytes === null)(
  enforceable.memoryBytes === null ? missing('memory') : 'the limit of memory',
  () => {
    it('ends what takes too much, in its own workspace only', async () => {
      const hungry = randomUUID();
      const modest = randomUUID();
      const limits = { ...none, memoryBytes: 300 * 1024 * 1024 };
      await Promise.all([
        server.start({ workspaceId: hungry, limits }),
        server.start({ workspaceId: modest, limits }),
      ]);
      const take = `exec "$(ls /opt/coder/bin/node ${data.path}/runtime/local/*/bin/node 2>/dev/null | head -1)" -e 'const a=[];for(;;)a.push(Buffer.alloc(1<<20,1))'`;
      const result = await inWorkspace(data.path, hungry, take);
      expect(result.signal).toBe('SIGKILL');
      expect(cgroups.oomKills(hungry)).toBeGreaterThan(0);
      expect(cgroups.oomKills(modest)).toBe(0);
      expect((await inWorkspace(data.path, modest, 'echo well')).stdout).toBe('well\n');
      // The killed program was the largest there; the agent goes on.
      expect((await inWorkspace(data.path, hungry, 'echo well')).stdout).toBe('well\n');
    });

    it('is said to be the reason when the agent itself is killed', async () => {
      const workspaceId = randomUUID();
      await server.start({ workspaceId, limits: { ...none, memoryBytes: 200 * 1024 * 1024 } });
      await growAgent(data.path, workspaceId);
      await until(async () => (await server.exits()).length > 0);
      expect(await server.exits()).toMatchObject([
        { workspaceId, outOfMemory: true, message: expect.stringContaining('had reached its memory limit') },
      ]);
      expect(await server.inspect(workspaceId)).toBe('stopped');
    });
  },
);

describe.skipIf(enforceable.cpuCores === null)(
  enforceable.cpuCores === null ? missing('cpu') : 'the limit of cpu',
  () => {
    it('holds a loop to its share', async () => {
      const workspaceId = randomUUID();
      const { limits } = await server.start({ workspaceId, limits: { ...none, cpuCores: 0.25 } });
      expect(limits.cpuCores).toBe(0.25);
      const script = `timeout 1 sh -c 'while :; do :; done'; times`;
      const { stdout } = await inWorkspace(data.path, workspaceId, script);
      const seconds = Number(/\n?(\d+)m([\d.]+)s \d+m[\d.]+s\s*$/.exec(stdout.trimEnd())?.[2]);
      expect(seconds).toBeGreaterThan(0.05);
      expect(seconds).toBeLessThan(0.6);
    });
  },
);

it('says which limits are not enforced', async () => {
  const { limits, log } = await server.start({ limits: { ...none, diskBytes: 1024 ** 3 } });
  expect(limits.diskBytes).toBeNull();
  expect(log).toContainEqual(
    expect.objectContaining({ level: 'warn', output: expect.stringContaining('disk') }),
  );
});

// A process with a real-time schedule may not enter a group that has no real-time budget: the kernel refuses the move.
const realTimeBudgets = findHierarchies(isRoot).some(({ base }) =>
  existsSync(join(base, 'cpu.rt_runtime_us')),
);
const noRealTime = !realTimeBudgets || spawnSync('chrt', ['-r', '1', 'true']).status !== 0;
it.skipIf(noRealTime || !isRoot)(
  'starts a workspace that the kernel does not let into its cgroup, and says so',
  async () => {
    const own = await temporaryDataDir();
    const onPid = (pid: number) => spawnSync('chrt', ['-a', '-r', '-p', '1', String(pid)]);
    await using realTime = await startServer({ dataDir: own.path, sandbox, onPid });
    const workspaceId = randomUUID();
    const { limits, log } = await realTime.start({ workspaceId });
    const refused = log.some((line) => line.level === 'warn' && line.output.includes('moved to its cgroup'));
    expect({ refused, processes: limits.processes }).toEqual({ refused: true, processes: null });
    await realTime.delete(workspaceId);
    expect(leftOf(workspaceId, undefined)).toEqual([]);
    await own.remove();
  },
);
