import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import type { StartInput } from '../provisioner.ts';
import { runtimePaths } from './runtime.ts';

/** Where one agent sees its things: inside the sandbox, or on the machine when there is none. */
export interface Places {
  user: string;
  home: string;
  runtime: string;
  /** This agent's own folder. */
  agentState: string;
  temporary: string;
  /** `XDG_RUNTIME_DIR`; there is none without a sandbox. */
  runtimeDirectory: string | undefined;
  agentUrl: string;
}

const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** All that a workspace gets of the server's environment: how people here write dates and words. */
const inherited = ['LANG', 'LC_ALL', 'TZ'];

/** `NAME=value` by which every process of the workspace is known. */
export function markerOf(workspaceId: string): string {
  return `CODER_AGENT_MARKER=${workspaceId}`;
}

/** The environment the program is started with: what everything in the workspace has, and nothing secret. */
export function processEnvironment(workspaceId: string, places: Places): Record<string, string> {
  const [marker = '', value = ''] = markerOf(workspaceId).split('=');
  const environment: Record<string, string> = {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(
      inherited.map((name) => [name, process.env[name] ?? '']).filter(([, text]) => text !== ''),
    ),
    // The machine's own Node is found first; ours is there for machines that have none.
    PATH: [...systemPath, posix.join(places.runtime, runtimePaths.bin)].join(':'),
    HOME: places.home,
    USER: places.user,
    LOGNAME: places.user,
    SHELL: shellOf(),
    TMPDIR: places.temporary,
    [marker]: value,
  };
  if (places.runtimeDirectory) environment.XDG_RUNTIME_DIR = places.runtimeDirectory;
  return environment;
}

/** What the agent gets besides, not through the environment of its process: the template's variables and the token. */
export function agentEnvironment(
  input: StartInput,
  agent: StartInput['agents'][number],
  places: Places,
  cgroup: { tasksFiles: string | undefined } | undefined,
): Record<string, string> {
  return {
    ...input.env,
    // Tells the agent that the cgroup it finds itself in is the workspace's own, whether or not that has limits.
    ...(cgroup ? { CODER_AGENT_CGROUP: input.workspaceId } : {}),
    // By these it starts commands in a group of their own.
    ...(cgroup?.tasksFiles ? { CODER_AGENT_TASKS: cgroup.tasksFiles } : {}),
    CODER_WORKSPACE_ID: input.workspaceId,
    CODER_WORKSPACE_NAME: input.workspaceName,
    CODER_WORKSPACE_OWNER_NAME: input.ownerName,
    CODER_WORKSPACE_AGENT_NAME: agent.name,
    CODER_AGENT_URL: places.agentUrl,
    CODER_AGENT_STATE_DIR: places.agentState,
    CODER_AGENT_MARKER: input.workspaceId,
    CODER_AGENT_TOKEN: agent.token,
  };
}

export function shellOf(): string {
  return existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
}
