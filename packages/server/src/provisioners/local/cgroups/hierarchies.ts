import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** One tree of cgroups in which workspaces can be placed. */
export interface Hierarchy {
  version: 1 | 2;
  /** Of `cpu`, `cpuacct`, `memory`, `pids`: those that work in this tree. */
  controllers: readonly string[];
  /** The folder that holds a folder for each workspace. */
  base: string;
  /** Where the tree is mounted, as its name under `/sys/fs/cgroup`; empty when it is mounted there itself. */
  mountName: string;
}

interface Mount {
  version: 1 | 2;
  mountPoint: string;
  controllers: readonly string[];
}

const baseName = 'coder-workspaces';
const wanted = ['cpu', 'cpuacct', 'memory', 'pids'];

/**
 * The trees this server may make cgroups in. A root server makes them at the top, as container engines do, so that what
 * ends the server's own group (a service manager) does not end the workspaces. Another server uses what is delegated to it:
 * the nearest group above its own that it may write and that holds no processes, or its own group.
 */
export function findHierarchies(isRoot: boolean): Hierarchy[] {
  return mounts()
    .map((mount) => (mount.version === 1 ? prepareV1(mount, isRoot) : prepareV2(mount, isRoot)))
    .filter((hierarchy) => hierarchy !== undefined);
}

function mounts(): Mount[] {
  const found = new Map<string, Mount>();
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const mountPoint = front.split(' ')[4] ?? '';
    const [type, , options = ''] = back.split(' ');
    if (type === 'cgroup2') found.set(mountPoint, { version: 2, mountPoint, controllers: [] });
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((option) => wanted.includes(option));
    if (controllers.length > 0) found.set(mountPoint, { version: 1, mountPoint, controllers });
  }
  return [...found.values()];
}

function prepareV1({ mountPoint, controllers }: Mount, isRoot: boolean): Hierarchy | undefined {
  const own = ownGroup((names) => controllers.some((controller) => names.includes(controller)));
  const parent = isRoot ? mountPoint : own && join(mountPoint, own);
  const base = parent && makeBase(parent);
  return base ? { version: 1, controllers, base, mountName: mountNameOf(mountPoint) } : undefined;
}

function prepareV2({ mountPoint }: Mount, isRoot: boolean): Hierarchy | undefined {
  const parent = isRoot ? mountPoint : delegatedParent(mountPoint);
  if (!parent) return undefined;
  enableControllers(parent);
  const base = makeBase(parent);
  if (!base) return undefined;
  enableControllers(base);
  const controllers = words(join(base, 'cgroup.subtree_control')).filter((name) => wanted.includes(name));
  return { version: 2, controllers, base, mountName: mountNameOf(mountPoint) };
}

/** Moving a process needs the right to write in the nearest group above both places, so nothing higher would do. */
function delegatedParent(mountPoint: string): string | undefined {
  const own = ownGroup((names) => names.length === 0);
  if (own === undefined) return undefined;
  const start = join(mountPoint, own);
  for (let at = start; at.startsWith(mountPoint); at = dirname(at)) {
    if (!writable(at) || !writable(join(at, 'cgroup.procs'))) break;
    if (words(join(at, 'cgroup.procs')).length === 0 && words(join(at, 'cgroup.controllers')).length > 0)
      return at;
  }
  return writable(start) && writable(join(start, 'cgroup.procs')) ? vacate(start) : undefined;
}

/** A group that passes controllers on may hold no processes, so those in it, this server among them, move one down. */
function vacate(group: string): string | undefined {
  try {
    const leaf = join(group, 'coder-server');
    mkdirSync(leaf, { recursive: true });
    for (const pid of words(join(group, 'cgroup.procs'))) tryWrite(join(leaf, 'cgroup.procs'), pid);
    return group;
  } catch {
    return undefined;
  }
}

/** One at a time, since one that is not there would make the whole line fail. */
function enableControllers(group: string): void {
  for (const controller of wanted) tryWrite(join(group, 'cgroup.subtree_control'), `+${controller}`);
}

/** This process's own group: the path on the line of `/proc/self/cgroup` whose controllers are asked for. */
function ownGroup(matches: (controllers: readonly string[]) => boolean): string | undefined {
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, names = '', ...path] = line.split(':');
    if (matches(names === '' ? [] : names.split(','))) return path.join(':');
  }
  return undefined;
}

function makeBase(parent: string): string | undefined {
  const base = join(parent, baseName);
  try {
    mkdirSync(base, { recursive: true });
  } catch {
    return undefined;
  }
  return writable(base) ? base : undefined;
}

function mountNameOf(mountPoint: string): string {
  return mountPoint === '/sys/fs/cgroup' ? '' : basename(mountPoint);
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

function words(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}

function tryWrite(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    // The caller looks at what is there afterwards.
  }
}
