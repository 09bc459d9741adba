import { chown, mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The cgroup below a workspace's that holds what its agent starts. */
export const commandsGroup = 'commands';
/** How many processes and threads the agent may have besides those of its commands. */
const agentReserve = 256;

/** Where a thread writes `0` to enter a group by itself. */
export const tasksFile = (version: 1 | 2): string => (version === 1 ? 'tasks' : 'cgroup.threads');

/** The same, and nothing where the machine does not allow it: all processes then share the limit. */
export async function tryCommandsGroup(...parameters: Parameters<typeof makeCommandsGroup>): Promise<void> {
  await makeCommandsGroup(...parameters).catch(() =>
    rmdir(join(parameters[1], commandsGroup)).catch(() => {}),
  );
}

/**
 * Divides the processes of a workspace: the commands get the limit, the group around them as much and the agent's reserve,
 * so that a workspace full of processes still has an agent to end them. The agent must be able to move its own threads to
 * and fro, therefore `owner` may write the files for that. Only the count of processes is divided, since a process cannot
 * have memory of two groups.
 */
async function makeCommandsGroup(
  version: 1 | 2,
  folder: string,
  processes: number | null,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  const group = join(folder, commandsGroup);
  await mkdir(group, { recursive: true });
  if (version === 2) {
    // A thread may leave the group of its process only for one of this kind.
    await writeFile(join(group, 'cgroup.type'), 'threaded');
    await writeFile(join(folder, 'cgroup.subtree_control'), '+pids');
  }
  await writeFile(join(group, 'pids.max'), processes === null ? 'max' : String(processes));
  await writeFile(join(folder, 'pids.max'), processes === null ? 'max' : String(processes + agentReserve));
  if (!owner) return;
  const file = tasksFile(version);
  // Version 2 asks for the right to write in the group that is above both.
  const files = [
    join(folder, file),
    join(group, file),
    ...(version === 2 ? [join(folder, 'cgroup.procs')] : []),
  ];
  for (const each of files) await chown(each, owner.uid, owner.gid);
}
