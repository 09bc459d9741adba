import type { Permission } from '@coder/api';
import { missingPermissions } from './permissions.ts';
import type { Tool } from './tool.ts';
import { workspaceListApps, workspacePortForward } from './tools/apps.ts';
import { workspaceBash } from './tools/bash.ts';
import { createWorkspaceBuild } from './tools/builds.ts';
import { fetchObject, search } from './tools/chatgpt.ts';
import { createWorkspace } from './tools/create-workspace.ts';
import { workspaceEditFile, workspaceEditFiles } from './tools/edits.ts';
import { workspaceExecute } from './tools/execute.ts';
import { workspaceLs, workspaceReadFile, workspaceWriteFile } from './tools/files.ts';
import { getWorkspaceAgentLogs, getWorkspaceBuildLogs, workspaceReadiness } from './tools/logs.ts';
import { processList, processOutput, processSignal } from './tools/processes.ts';
import { getTemplate, listTemplates, templateVersionParameters } from './tools/templates.ts';
import { getAuthenticatedUser } from './tools/user.ts';
import { getWorkspace, listWorkspaces, workspaceMetrics } from './tools/workspaces.ts';
import type { Toolset } from './toolsets.ts';

/** Every tool there is, in the order in which it is listed: the ones needed most come first. */
export const tools: readonly Tool[] = [
  listWorkspaces,
  getWorkspace,
  createWorkspace,
  createWorkspaceBuild,
  workspaceReadiness,
  workspaceBash,
  workspaceExecute,
  processOutput,
  processList,
  processSignal,
  workspaceLs,
  workspaceReadFile,
  workspaceWriteFile,
  workspaceEditFile,
  workspaceEditFiles,
  workspaceListApps,
  workspacePortForward,
  workspaceMetrics,
  getWorkspaceBuildLogs,
  getWorkspaceAgentLogs,
  listTemplates,
  getTemplate,
  templateVersionParameters,
  getAuthenticatedUser,
  search,
  fetchObject,
];

const byName = new Map(tools.map((tool) => [tool.name, tool]));

/** The tool of this name, if there is one. */
export const findTool = (name: string): Tool | undefined => byName.get(name);

/** The tools of a toolset that a token may use. */
export function toolsFor(toolset: Toolset, permissions: ReadonlySet<Permission> | 'all'): Tool[] {
  return tools.filter(
    (tool) => tool.toolsets.includes(toolset) && missingPermissions(tool, permissions).length === 0,
  );
}
