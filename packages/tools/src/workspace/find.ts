import type { ApiClient, Workspace, WorkspaceAgent } from '@coder/api';
import { isNotFound, ToolError } from '../tool-error.ts';
import { parseWorkspaceName, type WorkspaceName } from './name.ts';

/** How many names an error lists: enough to choose from, few enough to read. */
const NAMES_SHOWN = 20;

/** The workspace that a caller's text names. Throws a {@link ToolError} that lists what there is instead. */
export async function findWorkspace(
  client: ApiClient,
  input: string,
): Promise<{ workspace: Workspace; agentName: string | undefined }> {
  const name = parseWorkspaceName(input);
  try {
    return { workspace: await lookUp(client, name), agentName: name.agent };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw await notFound(client, input, name);
  }
}

async function lookUp(client: ApiClient, name: WorkspaceName): Promise<Workspace> {
  if (name.kind === 'name') return client.workspaces.getByName({ user: name.owner, name: name.name });
  try {
    return await client.workspaces.get({ workspace: name.id });
  } catch (error) {
    if (!isNotFound(error) || name.id.length > 64) throw error;
    return client.workspaces.getByName({ user: 'me', name: name.id });
  }
}

async function notFound(client: ApiClient, input: string, name: WorkspaceName): Promise<ToolError> {
  const mine = name.kind === 'id' || name.owner === 'me';
  const { workspaces, count } = await client.workspaces
    .list({ q: mine ? 'owner:me' : `owner:${JSON.stringify(name.owner)}`, limit: NAMES_SHOWN })
    // An owner that does not exist is refused as a filter; it has no workspaces either.
    .catch(() => ({ workspaces: [], count: 0 }));
  const names = workspaces.map((workspace) =>
    mine ? workspace.name : `${workspace.owner_name}/${workspace.name}`,
  );
  if (names.length > 0) {
    return new ToolError(
      `No workspace ${JSON.stringify(input)}. ${mine ? 'You have' : 'You can see'}: ${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}.`,
    );
  }
  return new ToolError(
    mine
      ? `No workspace ${JSON.stringify(input)}. You have none. Create one with coder_create_workspace.`
      : `No workspace ${JSON.stringify(input)}, or you may not see it. List with coder_list_workspaces.`,
  );
}

/** The agents of a workspace's latest build, in the order of its resources. */
export function agentsOf(workspace: Workspace): WorkspaceAgent[] {
  return workspace.latest_build.resources.flatMap((resource) => resource.agents ?? []);
}

/** The agent that a caller means: the one it names, or the only one. */
export function chooseAgent(workspace: Workspace, agentName: string | undefined): WorkspaceAgent {
  const agents = agentsOf(workspace);
  const available = `available agents: [${agents.map((agent) => agent.name).join(', ')}]`;
  if (agents.length === 0) throw new ToolError(`workspace "${workspace.name}" has no agents`);
  if (agentName !== undefined) {
    const named = agents.find((agent) => agent.name === agentName || agent.id === agentName);
    if (named) return named;
    throw new ToolError(`agent not found by name "${agentName}", ${available}`);
  }
  if (agents.length > 1) {
    throw new ToolError(
      `multiple agents found, please specify the agent name, ${available}. Write "${workspace.name}.${agents[0]?.name}".`,
    );
  }
  return agents[0] as WorkspaceAgent;
}
