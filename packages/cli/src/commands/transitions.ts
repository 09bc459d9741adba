import type { ApiClient, Workspace } from '@coder/api';
import { Command, Option } from 'commander';
import { followBuild, waitReady } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { confirmed } from '../output/confirmed.ts';
import { withProgress } from '../output/progress.ts';
import { clientOf } from '../session/context.ts';
import { shellWord } from '../shell-word.ts';
import { findWorkspace } from '../workspace-ref.ts';
import {
  addParameterFlags,
  findPreset,
  givenValues,
  type ParameterFlags,
  readParameters,
} from './parameters.ts';

type StartFlags = ParameterFlags & { wait: boolean };

/** Starts a workspace; one that runs is stopped and started by the same build, which is refused before that if it cannot be. */
async function start(
  client: ApiClient,
  workspace: Workspace,
  flags: StartFlags,
  version?: string,
): Promise<void> {
  const used = version ?? workspace.latest_build.template_version_id;
  const build = await client.workspaces.createBuild({
    workspace: workspace.id,
    transition: 'start',
    reason: 'cli',
    template_version_id: version,
    rich_parameter_values: readParameters(flags),
    template_version_preset_id: await findPreset(client, used, flags.preset),
  });
  if (!flags.wait) return;
  await withProgress(async (progress) => {
    await followBuild(client, build, progress);
    await waitReady(client, workspace, undefined, progress);
    progress.succeed(`${workspace.name} is running.`);
  });
}

async function stop(client: ApiClient, workspace: Workspace): Promise<void> {
  const build = await client.workspaces.createBuild({
    workspace: workspace.id,
    transition: 'stop',
    reason: 'cli',
  });
  await withProgress(async (progress) => {
    await followBuild(client, build, progress);
    progress.succeed(`${workspace.name} is stopped.`);
  });
}

const argument = ['<workspace>', 'name, or owner/name'] as const;

export function startCommand(): Command {
  const command = new Command('start').description('Start a workspace').argument(...argument);
  command.option('--no-wait', 'return as soon as the build is queued');
  return addParameterFlags(command).action(async (ref: string, flags: StartFlags) => {
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    if (workspace.latest_build.status === 'running') {
      const given = givenValues(flags).map(shellWord).join(' ');
      if (given !== '') {
        throw new CliError(
          `${workspace.name} is running already: its parameters were not changed. Restart it with them by "coder restart ${ref} ${given}", or bring it to the active version, too, by "coder update ${ref} ${given}".`,
        );
      }
      console.log(`${workspace.name} is running already.`);
      return;
    }
    await start(client, workspace, flags);
  });
}

export function stopCommand(): Command {
  const command = new Command('stop').description('Stop a workspace; its files stay').argument(...argument);
  // Scripts that were written for a command that asks give it; a stop asks nothing.
  command.addOption(new Option('-y, --yes').hideHelp());
  return command.action(async (ref: string) => {
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    if (workspace.latest_build.status === 'stopped') {
      console.log(`${workspace.name} is stopped already.`);
      return;
    }
    await stop(client, workspace);
  });
}

export function restartCommand(): Command {
  const command = new Command('restart')
    .description('Stop a workspace and start it again')
    .argument(...argument);
  command.option('--no-wait', 'return as soon as the build is queued');
  return addParameterFlags(command).action(async (ref: string, flags: StartFlags) => {
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    await confirmed(`Restart ${workspace.name}? What runs in it is ended.`, flags.yes);
    await start(client, workspace, flags);
  });
}

export function updateCommand(): Command {
  const command = new Command('update')
    .description("Bring a workspace to its template's active version and start it")
    .argument(...argument);
  command.option('--no-wait', 'return as soon as the build is queued');
  return addParameterFlags(command).action(async (ref: string, flags: StartFlags) => {
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    if (!workspace.outdated && givenValues(flags).length === 0) {
      console.log(`${workspace.name} is up to date.`);
      return;
    }
    await start(client, workspace, flags, workspace.template_active_version_id);
  });
}

export function deleteCommand(): Command {
  const command = new Command('delete')
    .alias('rm')
    .description('Delete a workspace and everything in it')
    .argument(...argument)
    .option('--orphan', 'forget the workspace without touching what it runs on (template administrators)')
    .option('-y, --yes', 'ask nothing');
  return command.action(async (ref: string, flags: { yes?: boolean; orphan?: boolean }) => {
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    await confirmed(`Delete ${workspace.name} and everything in it?`, flags.yes);
    const build = await client.workspaces.createBuild({
      workspace: workspace.id,
      transition: 'delete',
      orphan: flags.orphan,
      reason: 'cli',
    });
    await withProgress(async (progress) => {
      await followBuild(client, build, progress);
      progress.succeed(`${workspace.name} is deleted.`);
    });
  });
}
