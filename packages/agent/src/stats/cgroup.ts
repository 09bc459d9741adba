import { existsSync, readFileSync } from 'node:fs';

/** Folders of the cgroup that is this workspace's own, by what they account for; undefined where it has none of its own. */
export interface Cgroup {
  version: 1 | 2;
  memory: string | undefined;
  cpu: string | undefined;
}

function readNumber(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'latin1').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** A limit beyond this is cgroup v1's way to say that there is none. */
const NO_LIMIT = 2 ** 60;

/**
 * Finds the cgroup the agent is in, when it is the workspace's own: one with a memory limit or a name that the
 * provisioner gave (`CODER_AGENT_CGROUP`, a path below the cgroup root), or the namespace root of a container.
 */
export function findCgroup(
  root = '/sys/fs/cgroup',
  self = '/proc/self/cgroup',
  named = process.env.CODER_AGENT_CGROUP,
): Cgroup | undefined {
  let lines: string[];
  try {
    lines = readFileSync(self, 'latin1').trim().split('\n');
  } catch {
    return undefined;
  }
  const pathOf = (controller: string) =>
    lines.find((line) => line.split(':')[1]?.split(',').includes(controller))?.split(':')[2];
  const unified = lines.find((line) => line.startsWith('0::'))?.slice(3);
  if (unified !== undefined && existsSync(`${root}/cgroup.controllers`)) {
    const folder = `${root}${unified === '/' ? '' : unified}`;
    const limited = readNumber(`${folder}/memory.max`) !== undefined || named !== undefined;
    return limited && existsSync(`${folder}/memory.current`)
      ? { version: 2, memory: folder, cpu: folder }
      : undefined;
  }
  const own = (controller: string, file: string) => {
    const path = pathOf(controller);
    if (path === undefined) return undefined;
    const folder = [`${root}/${controller}${path}`, `${root}/${controller}`].find((f) =>
      existsSync(`${f}/${file}`),
    );
    return folder;
  };
  const memory = own('memory', 'memory.limit_in_bytes');
  if (!memory) return undefined;
  const limit = readNumber(`${memory}/memory.limit_in_bytes`) ?? NO_LIMIT;
  if (limit >= NO_LIMIT && named === undefined) return undefined;
  return { version: 1, memory, cpu: own('cpuacct', 'cpuacct.usage') };
}

/** Bytes in use as the kernel would count them against the limit, without cache it can drop. */
export function cgroupMemory(cgroup: Cgroup): { used: number | undefined; limit: number | undefined } {
  if (!cgroup.memory) return { used: undefined, limit: undefined };
  const v2 = cgroup.version === 2;
  const total = readNumber(`${cgroup.memory}/${v2 ? 'memory.current' : 'memory.usage_in_bytes'}`);
  const limit = readNumber(`${cgroup.memory}/${v2 ? 'memory.max' : 'memory.limit_in_bytes'}`);
  let inactive = 0;
  try {
    const name = v2 ? 'inactive_file' : 'total_inactive_file';
    inactive = Number(
      new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(`${cgroup.memory}/memory.stat`, 'latin1'))?.[1] ??
        0,
    );
  } catch {
    // Without the details all of it counts.
  }
  return {
    used: total === undefined ? undefined : Math.max(0, total - inactive),
    limit: limit !== undefined && limit < NO_LIMIT ? limit : undefined,
  };
}

/** Seconds of processor time used so far, and how many cores may be used at once. */
export function cgroupCpu(cgroup: Cgroup): { seconds: number | undefined; cores: number | undefined } {
  if (!cgroup.cpu) return { seconds: undefined, cores: undefined };
  if (cgroup.version === 2) {
    try {
      const usage = Number(/^usage_usec (\d+)$/m.exec(readFileSync(`${cgroup.cpu}/cpu.stat`, 'latin1'))?.[1]);
      const [quota, period] = readFileSync(`${cgroup.cpu}/cpu.max`, 'latin1').trim().split(' ');
      return { seconds: usage / 1e6, cores: quota === 'max' ? undefined : Number(quota) / Number(period) };
    } catch {
      return { seconds: undefined, cores: undefined };
    }
  }
  const used = readNumber(`${cgroup.cpu}/cpuacct.usage`);
  const folder = cgroup.cpu.replace('/cpuacct', '/cpu');
  const quota = readNumber(`${folder}/cpu.cfs_quota_us`);
  const period = readNumber(`${folder}/cpu.cfs_period_us`);
  return {
    seconds: used === undefined ? undefined : used / 1e9,
    cores: quota && period ? quota / period : undefined,
  };
}
