import { basename, dirname, join } from 'node:path';
import { inside, sandboxArguments } from './bwrap.ts';
import type { Context } from './context.ts';
import type { Places } from './environment.ts';
import type { WorkspaceLayout } from './layout.ts';
import { nodeOptions, type Runtime, runtimePaths } from './runtime.ts';
import type { Sandbox } from './sandbox.ts';

/** The unix socket that an agent dials, when its address is one. */
function socketOf(agentUrl: string): string | undefined {
  return agentUrl.startsWith('unix:') ? new URL(agentUrl).pathname : undefined;
}

/** Where an agent sees its things. */
export function placesFor(
  sandbox: Sandbox,
  paths: WorkspaceLayout,
  runtime: Runtime,
  agentName: string,
  agentUrl: string,
): Places {
  if (sandbox.kind === 'none') {
    return {
      user: 'coder',
      home: paths.home,
      runtime: runtime.folder,
      agentState: join(paths.agentState, agentName),
      temporary: join(paths.temporary, 'tmp'),
      runtimeDirectory: undefined,
      agentUrl,
    };
  }
  const socket = socketOf(agentUrl);
  return {
    user: inside.user,
    home: inside.home,
    runtime: inside.runtime,
    agentState: join(inside.agentState, agentName),
    temporary: '/tmp',
    runtimeDirectory: inside.runtimeDirectory,
    // Its folder is what is shown, because a server that starts again makes a new socket in it.
    agentUrl: socket ? `unix://${inside.link}/${basename(socket)}` : agentUrl,
  };
}

/** The files by which an agent puts what it starts in a group of its own, `<own>:<commands>`, as it sees them. */
export function tasksFilesFor(
  { cgroups }: Context,
  sandbox: Sandbox,
  workspaceId: string,
): string | undefined {
  const files = cgroups.tasksFiles(workspaceId);
  const seen = sandbox.kind === 'none' ? 'source' : 'target';
  return files && `${files.own[seen]}:${files.commands[seen]}`;
}

/** How an agent is started. */
export interface Command {
  argv: string[];
  /** What bubblewrap reads from descriptor 4, so that the list of processes in a workspace stays readable. */
  sandboxArguments: string[] | undefined;
}

/** The command line of an agent, its sandbox included. */
export function commandFor(
  { hidden, cgroups, agentUrl }: Context,
  sandbox: Sandbox,
  paths: WorkspaceLayout,
  runtime: Runtime,
  places: Places,
  workspace: { id: string; name: string; inCgroup: boolean; memoryBytes: number | null },
): Command {
  const program = [
    join(places.runtime, runtimePaths.node),
    ...nodeOptions,
    join(places.runtime, runtimePaths.bootstrap),
  ];
  if (sandbox.kind === 'none')
    return { argv: [...sandbox.noNewPrivileges, ...program], sandboxArguments: undefined };
  const socket = socketOf(agentUrl());
  const tasks = workspace.inCgroup ? cgroups.tasksFiles(workspace.id) : undefined;
  return {
    argv: [sandbox.program, '--args', '4', '--', ...program],
    sandboxArguments: sandboxArguments({
      hostName: workspace.name,
      home: paths.home,
      agentState: paths.agentState,
      temporary: paths.temporary,
      etc: paths.etc,
      runtime: runtime.folder,
      linkFolder: socket && dirname(socket),
      cgroupViews: workspace.inCgroup ? cgroups.views(workspace.id) : [],
      tasksFiles: tasks ? [tasks.own, tasks.commands] : [],
      memoryBytes: workspace.memoryBytes,
      hidden,
    }),
  };
}
