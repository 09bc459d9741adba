import { access, readdir } from 'node:fs/promises';
import { isUuid } from '@coder/api';
import { rotateLog } from './agent-log.ts';
import type { Context } from './context.ts';
import { livingAgents, readRecord } from './run-record.ts';

/** What the machine has of a workspace. It runs as long as one of its agents does. */
export async function inspectWorkspace(
  { layout, accounts }: Context,
  workspaceId: string,
): Promise<'running' | 'stopped' | 'missing'> {
  const paths = layout.workspace(workspaceId);
  if (livingAgents(await readRecord(paths.record)).length > 0) {
    await rotateLog(paths.log);
    return 'running';
  }
  const account = await accounts.find(workspaceId);
  return account?.own || (await exists(paths.root)) ? 'stopped' : 'missing';
}

/** Every workspace that has a folder or an account here. */
export async function listWorkspaces(
  context: Context,
): Promise<{ workspaceId: string; status: 'running' | 'stopped' }[]> {
  const { layout, accounts } = context;
  const names = [...(await readdir(layout.workspaces).catch(() => [])), ...(await accounts.holders())];
  const ids = [...new Set(names)].filter(isUuid);
  return Promise.all(
    ids.map(async (workspaceId) => {
      const status = await inspectWorkspace(context, workspaceId);
      return { workspaceId, status: status === 'running' ? status : 'stopped' };
    }),
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
