import { Argument, Command } from 'commander';
import { confirmed } from '../output/confirmed.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

type Policy = 'always' | 'never';

/** `coder autoupdate`. */
export function autoupdateCommand(): Command {
  return new Command('autoupdate')
    .description("Whether a workspace takes its template's active version whenever it starts")
    .argument('<workspace>', 'name, or owner/name')
    .addArgument(new Argument('<policy>', '"always" or "never"').choices(['always', 'never']))
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, policy: Policy, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await findWorkspace(client, ref);
      if (policy === 'always') {
        await confirmed(`Let every start of ${name} take the template's active version?`, flags.yes);
      }
      await client.workspaces.updateAutomaticUpdates({ workspace: id, automatic_updates: policy });
      console.log(
        policy === 'always'
          ? `${name} takes the template's active version whenever it starts.`
          : `${name} keeps its version until you run "coder update ${name}".`,
      );
    });
}
