import type { ApiClient, Workspace, WorkspaceAgent, WorkspaceApp } from '@coder/api';
import * as z from 'zod';
import { jsonResult } from '../result.ts';
import { dailyReading, defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { workspaceArgument } from '../workspace/arguments.ts';
import { agentsOf } from '../workspace/find.ts';
import { lookIntoWorkspace } from '../workspace/open.ts';

export const workspaceListApps = defineTool({
  name: 'coder_workspace_list_apps',
  title: 'List apps',
  description: 'Apps of a workspace with the URLs a person can open.',
  toolsets: readingToolsets,
  permissions: ['workspace:read'],
  annotations: reads,
  input: z.strictObject({ workspace: workspaceArgument }),
  handler: async (client, args) => {
    const { workspace, agent } = await lookIntoWorkspace(client, args.workspace);
    const host = await appHost(client);
    return jsonResult({
      apps: agent.apps
        .filter((app) => !app.hidden)
        .map((app) => ({
          name: app.display_name || app.slug,
          slug: app.slug,
          url: appUrl(client.url, host, workspace, agent, app),
          ...(app.url === undefined || app.external ? {} : { internal_url: app.url }),
          ...(app.health === 'disabled' ? {} : { health: app.health }),
        })),
    });
  },
});

export const workspacePortForward = defineTool({
  name: 'coder_workspace_port_forward',
  title: 'URL of a port',
  description: 'URL under which a port of a workspace can be opened by people who may.',
  toolsets: dailyReading,
  permissions: ['workspace:read', 'workspace:application_connect'],
  annotations: reads,
  input: z.strictObject({ workspace: workspaceArgument, port: z.int().min(1).max(65_535) }),
  handler: async (client, args) => {
    const { workspace, agent } = await lookIntoWorkspace(client, args.workspace);
    const [host, listening] = await Promise.all([
      appHost(client),
      client.agents.ports({ agent: agent.id }).catch(() => undefined),
    ]);
    const ports = listening?.ports ?? [];
    const isOpen = ports.some((one) => one.port === args.port);
    const names = [...new Set(ports.map((one) => `${one.port} (${one.process_name})`))];
    return jsonResult({
      url: portUrl(client.url, host, workspace, agent, args.port),
      ...(listening === undefined ? {} : { listening: isOpen }),
      ...(listening === undefined || isOpen
        ? {}
        : {
            note:
              names.length === 0
                ? `Nothing listens on port ${args.port} yet, nor on any other.`
                : `Nothing listens on port ${args.port} yet. Listening: ${names.join(', ')}.`,
          }),
    });
  },
});

async function appHost(client: ApiClient): Promise<string> {
  return (await client.deployment.appHost()).host;
}

function portUrl(
  base: string,
  host: string,
  workspace: Workspace,
  agent: WorkspaceAgent,
  port: number,
): string {
  if (host === '') return `${workspaceUrl(base, workspace, agent)}/ports/${port}/`;
  return onHost(base, host, `${port}--${agent.name}--${workspace.name}--${workspace.owner_name}`);
}

function appUrl(
  base: string,
  host: string,
  workspace: Workspace,
  agent: WorkspaceAgent,
  app: WorkspaceApp,
): string {
  if (app.external) return app.url ?? '';
  if (app.subdomain && app.subdomain_name && host !== '') return onHost(base, host, app.subdomain_name);
  return `${workspaceUrl(base, workspace, agent)}/apps/${app.slug}/`;
}

/** The agent is named only where there are several, so that the usual URL stays short. */
function workspaceUrl(base: string, workspace: Workspace, agent: WorkspaceAgent): string {
  const name = agentsOf(workspace).length > 1 ? `${workspace.name}.${agent.name}` : workspace.name;
  return `${base}/@${workspace.owner_name}/${name}`;
}

function onHost(base: string, host: string, name: string): string {
  return `${new URL(base).protocol}//${host.replace('*', name)}/`;
}
