import { type ApiClient, MAX_PAGE_SIZE, type ReducedUser } from '@coder/api';
import { Command } from 'commander';
import { chosenOrganization, orgOption } from '../../organization-ref.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findGroup, groupArgument } from './group-ref.ts';

async function allMembers(client: ApiClient, group: string): Promise<ReducedUser[]> {
  const all: ReducedUser[] = [];
  for (;;) {
    const { users, count } = await client.groups.members({ group, limit: MAX_PAGE_SIZE, offset: all.length });
    all.push(...users);
    if (users.length === 0 || all.length >= count) return all;
  }
}

/** `coder groups members`. */
export function membersSubcommand(): Command {
  return new Command('members')
    .description('List the members of a group; "coder groups edit" changes them')
    .argument(...groupArgument)
    .addOption(orgOption())
    .addOption(outputOption())
    .action(async (ref: string, flags: { org?: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const group = await findGroup(client, await chosenOrganization(client, flags.org), ref);
      printList(
        flags.output,
        await allMembers(client, group.id),
        {
          username: (user) => user.username,
          name: (user) => user.name,
          email: (user) => user.email,
          status: (user) => user.status,
        },
        `${group.name} has no members. Add some with "coder groups edit ${group.name} --add-users".`,
      );
    });
}
