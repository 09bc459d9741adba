import { join } from 'node:path';
import { isUuid } from '@coder/api';

/** Where one workspace has its things, all under one folder. */
export interface WorkspaceLayout {
  /** Owned by the server; the workspace may pass through it, and change nothing in it. */
  root: string;
  /** What survives stop and start. */
  home: string;
  /** The agents' own files, a folder each. */
  agentState: string;
  /** The workspace's `/tmp` and `/var/tmp`, emptied at each start and stop. */
  temporary: string;
  /** The account and host files that the sandbox shows under `/etc`. */
  etc: string;
  /** Which processes were started, for a server that did not start them. */
  record: string;
  /** The options of the sandbox, as bubblewrap reads them. */
  sandbox: string;
  /** What the agents print. It is the server's, so that the workspace cannot put a link in its place. */
  log: string;
}

/** Where the local runtime keeps its things under the server's data directory. */
export interface Layout {
  dataDir: string;
  /** Copies of Node and of the agent that every workspace may read and none may write. */
  runtime: string;
  workspaces: string;
  /** One link for each unprivileged account in use: its name is the uid, its target the workspace. */
  accounts: string;
  workspace(workspaceId: string): WorkspaceLayout;
}

export function layoutOf(dataDir: string): Layout {
  const workspaces = join(dataDir, 'workspaces');
  return {
    dataDir,
    runtime: join(dataDir, 'runtime', 'local'),
    workspaces,
    accounts: join(dataDir, 'workspace-accounts'),
    workspace: (workspaceId) => {
      // The id becomes the name of a folder and of cgroups, so nothing else may stand there.
      if (!isUuid(workspaceId)) throw new Error(`"${workspaceId}" is not a workspace id.`);
      const root = join(workspaces, workspaceId);
      return {
        root,
        home: join(root, 'home'),
        agentState: join(root, 'agent-state'),
        temporary: join(root, 'tmp'),
        etc: join(root, 'etc'),
        record: join(root, 'run.json'),
        sandbox: join(root, 'sandbox.args'),
        log: join(root, 'agent.log'),
      };
    },
  };
}
