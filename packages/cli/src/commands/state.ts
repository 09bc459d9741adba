import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ApiClient, Workspace, WorkspaceBuild } from '@coder/api';
import { Command, Option } from 'commander';
import { followBuild } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { countArgument } from '../count.ts';
import { confirmedOnTerminal } from '../output/confirmed.ts';
import { withProgress } from '../output/progress.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

const workspaceArgument = ['<workspace>', 'name, or owner/name'] as const;
const buildOption = ['-b, --build <number>', 'that build instead of the latest', countArgument] as const;

const findBuild = async (
  client: ApiClient,
  workspace: Workspace,
  number?: number,
): Promise<WorkspaceBuild> =>
  number === undefined
    ? workspace.latest_build
    : client.builds.getByNumber({ user: workspace.owner_name, name: workspace.name, number });

function pullSubcommand(): Command {
  return new Command('pull')
    .description('Print what the runtime of a workspace keeps, or write it into a file')
    .argument(...workspaceArgument)
    .argument('[file]', 'where to; it must not be there yet')
    .option(...buildOption)
    .action(async (ref: string, file: string | undefined, flags: { build?: number }, command: Command) => {
      const client = clientOf(command);
      const build = await findBuild(client, await findWorkspace(client, ref), flags.build);
      const text = `${JSON.stringify(await client.builds.state({ build: build.id }), null, 2)}\n`;
      if (file === undefined) {
        process.stdout.write(text);
        return;
      }
      await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        throw new CliError(`${file} is there already. Name another file, or remove it first.`);
      });
    });
}

type PushFlags = { build?: number; noBuild?: false; yes?: boolean };

const readState = async (file: string): Promise<Buffer> =>
  file === '-'
    ? buffer(process.stdin)
    : readFile(file).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
        throw new CliError(
          `${file} cannot be read: ${why}. Name a file that "coder state pull <workspace> <file>" has written.`,
        );
      });

function pushSubcommand(): Command {
  const noBuild = new Option('-n, --no-build', 'change the state only; the next build goes on from it');
  // By its name alone it would be the opposite of --build, which names one.
  noBuild.attributeName = () => 'noBuild';
  return new Command('push')
    .description('Replace what the runtime of a workspace keeps, and build the workspace again with it')
    .argument(...workspaceArgument)
    .argument(
      '<file>',
      'a JSON object, as "coder state pull" prints it; "-" reads it from the standard input',
    )
    .option(...buildOption)
    .addOption(noBuild)
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, file: string, flags: PushFlags, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const build = await findBuild(client, workspace, flags.build);
      const state = await readState(file);
      if (flags.noBuild === undefined && workspace.latest_build.status === 'running') {
        await confirmedOnTerminal(`Build ${workspace.name} again? What runs in it is ended.`, flags.yes);
      }
      await client.builds.updateState({ build: build.id, state: state.toString('base64') });
      await withProgress(async (progress) => {
        if (flags.noBuild === undefined) {
          const next = await client.workspaces.createBuild({
            workspace: workspace.id,
            transition: build.transition,
            template_version_id: build.template_version_id,
            reason: 'cli',
          });
          await followBuild(client, next, progress);
        }
        progress.succeed(`The state of ${workspace.name} is replaced.`);
      });
    });
}

/** `coder state`. */
export function stateCommand(): Command {
  return new Command('state')
    .description('Repair by hand what the runtime of a workspace keeps (template administrators)')
    .addCommand(pullSubcommand())
    .addCommand(pushSubcommand());
}
