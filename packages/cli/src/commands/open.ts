import type { ApiClient } from '@coder/api';
import { Command } from 'commander';
import { ensureRunning } from '../builds.ts';
import { clientOf } from '../session/context.ts';
import { agentsOf, findWorkspace, parseWorkspaceRef } from '../workspace-ref.ts';
import { addressOf, findApp, findEditor } from './open/app-address.ts';
import { type OpenFlags, showAddress, withPrint } from './open/show-address.ts';

const workspaceArgument = ['<workspace>', 'name, owner/name, or either with .agent'] as const;

/** A workspace that runs, with its agents: the one that was named, or all. */
async function running(client: ApiClient, ref: string) {
  const { agent: name } = parseWorkspaceRef(ref);
  const found = await findWorkspace(client, ref);
  const several = name === undefined && agentsOf(found).length > 1;
  if (!several) await ensureRunning(client, found, name);
  const workspace = await findWorkspace(client, ref);
  const agents = agentsOf(workspace).filter((agent) => name === undefined || agent.name === name);
  return { workspace, agents };
}

async function placeOf(client: ApiClient) {
  return { accessUrl: client.url, appHost: (await client.deployment.appHost()).host };
}

function appSubcommand(): Command {
  return withPrint(new Command('app').description('Open an app of a workspace in the browser'))
    .argument(...workspaceArgument)
    .argument('[app]', 'its slug; may be left out where there is one app')
    .action(async (ref: string, slug: string | undefined, flags: OpenFlags, command: Command) => {
      const client = clientOf(command);
      const { workspace, agents } = await running(client, ref);
      const app = findApp(workspace.name, agents, slug);
      await showAddress(addressOf(await placeOf(client), workspace, app), flags);
    });
}

function vscodeSubcommand(): Command {
  return withPrint(
    new Command('vscode').description(
      'Open VS Code of a workspace in the browser, where its template has it',
    ),
  )
    .argument(...workspaceArgument)
    .argument('[folder]', 'folder in the workspace')
    .action(async (ref: string, folder: string | undefined, flags: OpenFlags, command: Command) => {
      const client = clientOf(command);
      const { workspace, agents } = await running(client, ref);
      const app = findEditor(workspace.name, agents);
      const address = new URL(addressOf(await placeOf(client), workspace, app));
      if (folder !== undefined) address.searchParams.set('folder', folder);
      await showAddress(address.href, flags);
    });
}

function dashboardSubcommand(): Command {
  return withPrint(new Command('dashboard').description('Open the dashboard, or the page of a workspace'))
    .argument('[workspace]', 'name, or owner/name')
    .action(async (ref: string | undefined, flags: OpenFlags, command: Command) => {
      const client = clientOf(command);
      if (ref === undefined) return showAddress(`${client.url}/`, flags);
      const { owner_name: owner, name } = await findWorkspace(client, ref);
      await showAddress(
        `${client.url}/workspaces/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`,
        flags,
      );
    });
}

/** `coder open`. */
export function openCommand(): Command {
  return new Command('open')
    .description('Open a workspace: an app, VS Code in the browser, or its page of the dashboard')
    .addCommand(appSubcommand())
    .addCommand(vscodeSubcommand())
    .addCommand(dashboardSubcommand());
}
