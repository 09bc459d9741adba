import type { Permission } from '@coder/api';
import { missingPermissions } from './permissions.ts';
import type { Tool } from './tool.ts';
import { workspaceListApps, workspacePortForward } from './tools/apps.ts';
import { workspaceBash } from './tools/bash.ts';
import { createWorkspaceBuild } from './tools/builds.ts';
import { fetchObject, search } from './tools/chatgpt.ts';
import { workspaceCopy } from './tools/copy.ts';
import { createWorkspace } from './tools/create-workspace.ts';
import { workspaceEditFile, workspaceEditFiles } from './tools/edits.ts';
import { workspaceExecute } from './tools/execute.ts';
import { downloadLink, uploadLink } from './tools/file-links.ts';
import { workspaceLs, workspaceReadFile, workspaceWriteFile } from './tools/files.ts';
import { getWorkspaceAgentLogs, getWorkspaceBuildLogs, workspaceReadiness } from './tools/logs.ts';
import { listOrganizations } from './tools/organizations.ts';
import { processList, processOutput, processSignal } from './tools/processes.ts';
import {
  createTemplate,
  deleteTemplate,
  updateTemplateActiveVersion,
} from './tools/template-administration.ts';
import { createTemplateVersion, getTemplateVersionLogs, uploadTarFile } from './tools/template-versions.ts';
import { getTemplate, listTemplates, templateVersionParameters } from './tools/templates.ts';
import { workspaceUpdate } from './tools/update-workspace.ts';
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
  workspaceCopy,
  downloadLink,
  uploadLink,
  workspaceListApps,
  workspacePortForward,
  workspaceMetrics,
  workspaceUpdate,
  getWorkspaceBuildLogs,
  getWorkspaceAgentLogs,
  listTemplates,
  getTemplate,
  templateVersionParameters,
  uploadTarFile,
  createTemplateVersion,
  getTemplateVersionLogs,
  createTemplate,
  updateTemplateActiveVersion,
  deleteTemplate,
  listOrganizations,
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
