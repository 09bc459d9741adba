import { Command } from 'commander';
import { chosenOrganization, orgOption } from '../../organization-ref.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { allGroups } from './group-ref.ts';

/** `coder groups list`. */
export function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List the groups of an organization')
    .addOption(orgOption())
    .addOption(outputOption())
    .action(async (flags: { org?: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await chosenOrganization(client, flags.org);
      printList(
        flags.output,
        await allGroups(client, id),
        {
          name: (group) => group.name,
          'display name': (group) => group.display_name,
          'organization id': (group) => group.organization_id,
          members: (group) => String(group.total_member_count),
          'quota allowance': (group) => String(group.quota_allowance),
        },
        `${name} has no groups. Create one with "coder groups create".`,
      );
    });
}
