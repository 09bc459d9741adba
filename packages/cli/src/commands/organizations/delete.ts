import { Command } from 'commander';
import { findOrganization } from '../../organization-ref.ts';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';

/** `coder organizations delete`. */
export function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Delete an organization that has no workspaces and templates (owners)')
    .argument('<organization>', 'name or id')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await findOrganization(client, ref);
      await confirmed(`Delete the organization ${name}, its groups and memberships?`, flags.yes);
      await client.organizations.delete({ organization: id });
      console.log(`${name} is deleted.`);
    });
}
