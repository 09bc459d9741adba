import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Limits } from '../../provisioner.ts';
import { commandsGroup, tasksFile, tryCommandsGroup } from './commands-group.ts';
import { findHierarchies, type Hierarchy } from './hierarchies.ts';
import { limitSettings } from './settings.ts';

/** The cgroups of this machine, as far as this server may use them. */
export interface Cgroups {
  /** Whether a workspace's processes can be held together at all. */
  readonly available: boolean;
  /** Of the limits asked for, those that hold here; null for the others. */
  enforceable(limits: Limits): Limits;
  /** Makes the workspace's cgroups with these limits, or sets the limits of those that are there. `owner` is its account. */
  create(workspaceId: string, limits: Limits, owner?: { uid: number; gid: number }): Promise<void>;
  attach(workspaceId: string, pid: number): Promise<void>;
  processes(workspaceId: string): number[];
  /** Forbids new processes and kills those there are, where the kernel offers it in one step. */
  kill(workspaceId: string): void;
  remove(workspaceId: string): Promise<void>;
  /** The ids of workspaces that have cgroups. */
  list(): string[];
  /** How many processes the kernel has killed because the workspace reached its memory limit. */
  oomKills(workspaceId: string): number;
  /** What a sandbox shows of them, and where. */
  views(workspaceId: string): View[];
  /** The files by which a thread enters the group of the agent and that of its commands, where there are two groups. */
  tasksFiles(workspaceId: string): { own: View; commands: View } | undefined;
}

/** A path of the machine, and where a sandbox shows it. */
export interface View {
  source: string;
  target: string;
}

/** The cgroups below those that this process may write to. With none of them nothing is limited and `available` is false. */
export function createCgroups(isRoot: boolean): Cgroups {
  return cgroupsIn(findHierarchies(isRoot));
}

export function cgroupsIn(hierarchies: readonly Hierarchy[]): Cgroups {
  const folders = (workspaceId: string) => hierarchies.map((hierarchy) => join(hierarchy.base, workspaceId));
  const has = (controller: string) =>
    hierarchies.some((hierarchy) => hierarchy.controllers.includes(controller));

  return {
    available: hierarchies.length > 0,

    enforceable: (limits) => ({
      cpuCores: has('cpu') ? limits.cpuCores : null,
      memoryBytes: has('memory') ? limits.memoryBytes : null,
      diskBytes: null,
      processes: has('pids') ? limits.processes : null,
    }),

    async create(workspaceId, limits, owner) {
      for (const { version, controllers, base } of hierarchies) {
        const folder = join(base, workspaceId);
        await mkdir(folder, { recursive: true });
        for (const { file, value, optional } of limitSettings(version, controllers, limits)) {
          if (optional && !existsSync(join(folder, file))) continue;
          await writeFile(join(folder, file), value);
        }
        if (controllers.includes('pids')) await tryCommandsGroup(version, folder, limits.processes, owner);
      }
    },

    async attach(workspaceId, pid) {
      await Promise.all(
        folders(workspaceId).map((folder) => writeFile(join(folder, 'cgroup.procs'), String(pid))),
      );
    },

    processes: (workspaceId) => [
      ...new Set(folders(workspaceId).flatMap((folder) => processesBelow(folder))),
    ],

    kill(workspaceId) {
      for (const folder of folders(workspaceId)) {
        tryWrite(join(folder, 'pids.max'), '0');
        tryWrite(join(folder, 'cgroup.kill'), '1');
      }
    },

    async remove(workspaceId) {
      for (const folder of folders(workspaceId)) await removeGroup(folder);
    },

    list: () => [...new Set(hierarchies.flatMap(({ base }) => groupsIn(base)))],

    oomKills: (workspaceId) => Math.max(0, ...folders(workspaceId).map(oomKillsIn)),

    views: (workspaceId) =>
      hierarchies.flatMap(({ version, base, controllers, mountName }) => {
        const source = join(base, workspaceId);
        // Programs look for a version 1 tree under the name of the controller.
        const names = version === 1 ? controllers : [mountName];
        return names.map((name) => ({ source, target: join('/sys/fs/cgroup', name) }));
      }),

    tasksFiles(workspaceId) {
      const hierarchy = hierarchies.find(({ controllers }) => controllers.includes('pids'));
      if (!hierarchy) return undefined;
      const { version, base, mountName } = hierarchy;
      const folder = join(base, workspaceId);
      const target = join('/sys/fs/cgroup', version === 1 ? 'pids' : mountName);
      const file = tasksFile(version);
      if (!existsSync(join(folder, commandsGroup, file))) return undefined;
      return {
        own: { source: join(folder, file), target: join(target, file) },
        commands: { source: join(folder, commandsGroup, file), target: join(target, commandsGroup, file) },
      };
    },
  };
}

/** A workspace may have been given the right to make groups of its own below. */
function processesBelow(folder: string): number[] {
  const own = readText(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
  return own.concat(groupsIn(folder).flatMap((name) => processesBelow(join(folder, name))));
}

function groupsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** The kernel needs a moment after the last process has ended before it lets a group go. */
async function removeGroup(folder: string): Promise<void> {
  for (const name of groupsIn(folder)) await removeGroup(join(folder, name));
  for (let attempt = 0; ; attempt++) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || attempt >= 100) throw error;
      await pause(10);
    }
  }
}

function oomKillsIn(folder: string): number {
  const text = readText(join(folder, 'memory.events')) + readText(join(folder, 'memory.oom_control'));
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function tryWrite(file: string, text: string): void {
  if (!existsSync(file)) return;
  try {
    writeFileSync(file, text);
  } catch {
    // Not every tree has every file; the processes are killed one by one as well.
  }
}
