import { Command } from 'commander';
import { confirmed } from '../output/confirmed.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

/** `coder rename`. */
export function renameCommand(): Command {
  return new Command('rename')
    .description('Give a workspace that is stopped another name; its address changes with it')
    .argument('<workspace>', 'name, or owner/name')
    .argument('<new-name>')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, name: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      await confirmed(
        `Rename ${workspace.name} to ${name}? The addresses of its ports and apps change.`,
        flags.yes,
      );
      await client.workspaces.rename({ workspace: workspace.id, name });
      console.log(`${workspace.name} is now ${name}.`);
    });
}
