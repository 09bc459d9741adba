import { type ApiClient, ApiError, type Workspace, type WorkspaceAgent } from '@coder/api';
import { CliError } from './cli-error.ts';

/** What a user may type for a workspace: `name`, `owner/name`, and either with `.agent`. */
export type WorkspaceRef = { owner: string; name: string; agent: string | undefined };

export function parseWorkspaceRef(text: string): WorkspaceRef {
  const [, owner, name, agent] = /^(?:([^/]+)\/)?([^/.]+)(?:\.([^/.]+))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new CliError(
      `"${text}" does not name a workspace. Write it as "name", "owner/name" or "owner/name.agent".`,
    );
  }
  return { owner: owner ?? 'me', name, agent };
}

/** Finds a workspace by what the user typed; the error lists the ones there are. */
export async function findWorkspace(client: ApiClient, text: string): Promise<Workspace> {
  const ref = parseWorkspaceRef(text);
  try {
    return await client.workspaces.getByName({ user: ref.owner, name: ref.name });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const { workspaces } = await client.workspaces.list({ q: `owner:${ref.owner}`, limit: 20 });
    const have = workspaces.map((w) => w.name).join(', ');
    const [has, none] =
      ref.owner === 'me'
        ? ['You have', 'You have none yet: create one with "coder create".']
        : [`${ref.owner} has`, `${ref.owner} has none that you can see.`];
    throw new CliError(`No workspace "${text}". ${have === '' ? none : `${has}: ${have}.`}`);
  }
}

/** The agents of a workspace's latest build. */
export function agentsOf(workspace: Workspace): WorkspaceAgent[] {
  return workspace.latest_build.resources.flatMap((resource) => resource.agents ?? []);
}

/** The agent the user means: the named one, or the only one. */
export function pickAgent(workspace: Workspace, name: string | undefined): WorkspaceAgent {
  const agents = agentsOf(workspace);
  const found = name === undefined && agents.length === 1 ? agents[0] : agents.find((a) => a.name === name);
  if (found) return found;
  const names = agents.map((a) => a.name).join(', ');
  if (agents.length === 0)
    throw new CliError(`Workspace "${workspace.name}" has no agents. Start it with "coder start".`);
  throw new CliError(
    name === undefined
      ? `Workspace "${workspace.name}" has several agents. Say which: ${names}.`
      : `Workspace "${workspace.name}" has no agent "${name}". It has: ${names}.`,
  );
}
