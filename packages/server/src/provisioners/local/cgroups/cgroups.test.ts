import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closed, isRoot, nobody } from '../testing/conditions.ts';
import { startServer } from '../testing/server-process.ts';
import { inWorkspace, temporaryDataDir, until } from '../testing/world.ts';
import { cgroupsIn } from './cgroups.ts';
import { findHierarchies } from './hierarchies.ts';

const hierarchies = findHierarchies(isRoot);
const version2 = hierarchies.filter((hierarchy) => hierarchy.version === 2);
const limits = { cpuCores: null, memoryBytes: null, diskBytes: null, processes: null };
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

function sleeper(): number {
  const child = spawn('sleep', ['4330'], { stdio: 'ignore' });
  started.push(child);
  return child.pid as number;
}

const why = hierarchies.length === 0 ? ' (skipped: none can be made here)' : '';
describe.skipIf(hierarchies.length === 0)(`cgroups${why}`, () => {
  it('hold processes, are set again, and go', async () => {
    const cgroups = cgroupsIn(hierarchies);
    const id = randomUUID();
    await cgroups.create(id, limits);
    await cgroups.create(id, { ...limits, processes: 9 });
    const pid = sleeper();
    await cgroups.attach(id, pid);
    expect(cgroups.processes(id)).toEqual([pid]);
    expect(cgroups.views(id).every(({ source }) => existsSync(source))).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until(() => cgroups.processes(id).length === 0);
    await cgroups.remove(id);
    await cgroups.remove(id);
    expect(cgroups.views(id).some(({ source }) => existsSync(source))).toBe(false);
  });
});

const noVersion2 = version2.length === 0 ? ' (skipped: there is no tree of version 2 here)' : '';
describe.skipIf(version2.length === 0)(`cgroups of version 2${noVersion2}`, () => {
  it('end all their processes in one step, those of groups below too', async () => {
    const cgroups = cgroupsIn(version2);
    const id = randomUUID();
    await cgroups.create(id, limits);
    const below = join(version2[0]!.base, id, 'below');
    mkdirSync(below);
    const pids = [sleeper(), sleeper()];
    await cgroups.attach(id, pids[0]!);
    writeFileSync(join(below, 'cgroup.procs'), String(pids[1]));
    expect(cgroups.processes(id).sort()).toEqual(pids.sort());
    cgroups.kill(id);
    await until(() => cgroups.processes(id).length === 0);
    await cgroups.remove(id);
    expect(existsSync(below)).toBe(false);
  });

  it.skipIf(!isRoot || nobody === undefined || closed !== undefined)(
    'are used where they are delegated to a server that is not root',
    async () => {
      const uid = nobody as number;
      const delegated = join(version2[0]!.base, '..', `delegated-${process.pid}`);
      mkdirSync(delegated);
      for (const file of ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
        chownSync(join(delegated, file), uid, uid);
      const data = await temporaryDataDir(uid);
      const onPid = (pid: number) => writeFileSync(join(delegated, 'cgroup.procs'), String(pid));
      const workspaceId = randomUUID();
      try {
        await using server = await startServer({ dataDir: data.path, sandbox: 'none', uid, onPid });
        await server.start({ workspaceId });
        const group = join(delegated, 'coder-workspaces', workspaceId);
        expect(statSync(group).uid).toBe(uid);
        // It has dropped its environment and left its session and its parents; the cgroup still knows it.
        await inWorkspace(data.path, workspaceId, '(env -i setsid sleep 4331 </dev/null >/dev/null 2>&1 &)');
        await until(() => readFileSync(join(group, 'cgroup.procs'), 'utf8').trim().split('\n').length === 2);
        await server.stop(workspaceId);
        expect(existsSync(group)).toBe(false);
        await server.delete(workspaceId);
      } finally {
        await data.remove();
        await until(() => readFileSync(join(delegated, 'coder-server', 'cgroup.procs'), 'utf8') === '');
        for (const folder of ['coder-server', 'coder-workspaces', '']) rmdirSync(join(delegated, folder));
      }
    },
  );
});
