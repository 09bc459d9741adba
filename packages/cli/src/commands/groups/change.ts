import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { wholeNumber } from '../../count.ts';
import { chosenOrganization, orgOption } from '../../organization-ref.ts';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';
import { findGroup, groupArgument, userIds } from './group-ref.ts';

type Flags = {
  org?: string;
  name?: string;
  displayName?: string;
  avatarUrl?: string;
  quotaAllowance?: number;
  addUsers?: string[];
  rmUsers?: string[];
  yes?: boolean;
};

/** What may be chosen about a group. */
function withFields(command: Command): Command {
  return command
    .option('--display-name <name>', 'what users see')
    .option('-u, --avatar-url <address>', 'its picture')
    .option('--quota-allowance <credits>', 'credits that it gives each of its members', wholeNumber)
    .addOption(orgOption());
}

const fieldsOf = (flags: Flags) => ({
  display_name: flags.displayName,
  avatar_url: flags.avatarUrl,
  quota_allowance: flags.quotaAllowance,
});

/** `coder groups create`. */
export function createSubcommand(): Command {
  return withFields(
    new Command('create').description('Create a group in an organization').argument('<name>'),
  ).action(async (name: string, flags: Flags, command: Command) => {
    const client = clientOf(command);
    const organization = await chosenOrganization(client, flags.org);
    const group = await client.groups.create({ organization: organization.id, name, ...fieldsOf(flags) });
    console.log(`Created the group ${group.name} in ${organization.name} (${group.id}).`);
  });
}

/** `coder groups edit`. */
export function editSubcommand(): Command {
  return withFields(
    new Command('edit')
      .description('Change a group and its members; what is not given stays')
      .argument(...groupArgument)
      .option('-n, --name <name>', 'another name')
      .option('-a, --add-users <users>', 'usernames, or ids, with commas between', collectList)
      .option('-r, --rm-users <users>', 'usernames, or ids, with commas between', collectList),
  ).action(async (ref: string, flags: Flags, command: Command) => {
    const { addUsers = [], rmUsers = [], name } = flags;
    const fields = { name, ...fieldsOf(flags) };
    if (
      addUsers.length + rmUsers.length === 0 &&
      Object.values(fields).every((value) => value === undefined)
    ) {
      throw new CliError('Nothing is to be changed. Say what, for example --add-users bob.');
    }
    const client = clientOf(command);
    const group = await findGroup(client, await chosenOrganization(client, flags.org), ref);
    const changed = await client.groups.update({
      group: group.id,
      ...fields,
      add_users: await userIds(client, addUsers),
      remove_users: await userIds(client, rmUsers),
    });
    const { total_member_count: count } = changed;
    console.log(`${changed.name} is changed. It has ${count} ${count === 1 ? 'member' : 'members'}.`);
  });
}

/** `coder groups delete`. */
export function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Delete a group, with what was shared with it')
    .argument(...groupArgument)
    .addOption(orgOption())
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const group = await findGroup(client, await chosenOrganization(client, flags.org), ref);
      await confirmed(`Delete the group ${group.name} and what was shared with it?`, flags.yes);
      await client.groups.delete({ group: group.id });
      console.log(`${group.name} is deleted.`);
    });
}
