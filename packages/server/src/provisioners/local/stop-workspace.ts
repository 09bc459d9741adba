import type { BuildLog } from '../provisioner.ts';
import type { Context } from './context.ts';
import { endProcesses } from './end-processes.ts';
import { markerOf } from './environment.ts';
import { removeStrayFiles, removeTree } from './folders.ts';
import { removeIpc } from './ipc.ts';
import { membersOf } from './members.ts';
import { livingAgents, readRecord, removeRecord } from './run-record.ts';

const graceMs = 3000;
const killMs = 15_000;

/** Ends every process of a workspace. Rejects when the kernel does not let some of them go. */
export async function stopProcesses(context: Context, workspaceId: string): Promise<void> {
  const { layout, cgroups, accounts } = context;
  context.builds.delete(workspaceId);
  const record = await readRecord(layout.workspace(workspaceId).record);
  const account = await accounts.find(workspaceId);
  const left = await endProcesses({
    find: () =>
      membersOf({
        uid: account?.own ? account.uid : undefined,
        marker: markerOf(workspaceId),
        roots: livingAgents(record),
        cgroupProcesses: cgroups.processes(workspaceId),
      }),
    // The program that waits outside a sandbox is no part of it, and ends with it.
    spare: record?.sandbox === 'bwrap' ? livingAgents(record) : [],
    beforeKill: () => cgroups.kill(workspaceId),
    graceMs,
    killMs,
  });
  if (left.length === 0) return;
  throw new Error(
    `These processes of the workspace do not end, even on SIGKILL: ${left.join(', ')}. They probably wait for a disk or a ` +
      'network file system that does not answer. Look at them with "ps", then stop the workspace again.',
  );
}

/** Ends everything that runs in a workspace, and keeps its home. */
export async function stopWorkspace(
  context: Context,
  workspaceId: string,
  log: BuildLog,
  stage = 'Stopping workspace',
): Promise<void> {
  const { layout, cgroups } = context;
  const paths = layout.workspace(workspaceId);
  log('info', stage, 'Ending all processes of the workspace.');
  await stopProcesses(context, workspaceId);
  await cgroups.remove(workspaceId);
  await removeTree(paths.temporary);
  await removeRecord(paths.record);
}

/** Removes all that a workspace has. Its account goes last: until then it is listed, and the delete can be repeated. */
export async function deleteWorkspace(context: Context, workspaceId: string, log: BuildLog): Promise<void> {
  const { layout, accounts } = context;
  const stage = 'Deleting workspace';
  await stopWorkspace(context, workspaceId, log, stage);
  log('info', stage, 'Removing the files of the workspace.');
  await removeTree(layout.workspace(workspaceId).root);
  const account = await accounts.find(workspaceId);
  if (account?.own) {
    await removeStrayFiles(account.uid);
    await removeIpc(account.uid);
  }
  await accounts.release(workspaceId);
}
