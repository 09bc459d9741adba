import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { chosenOrganization, orgOption } from '../../organization-ref.ts';
import { confirmed } from '../../output/confirmed.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { checkRoles } from '../../role-names.ts';
import { clientOf } from '../../session/context.ts';
import { findUser, userArgument } from '../users/user-ref.ts';
import { allMembers } from './all-members.ts';

type Flags = { org?: string; output: OutputFormat; yes?: boolean; roles?: string[] };

const roleNames = (roles: readonly { name: string }[]) => roles.map((role) => role.name).join(', ');

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List the members of an organization with their roles')
    .addOption(orgOption())
    .addOption(outputOption())
    .action(async (flags: Flags, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await chosenOrganization(client, flags.org);
      printList(
        flags.output,
        await allMembers(client, id),
        {
          username: (member) => member.username,
          name: (member) => member.name,
          'organization roles': (member) => roleNames(member.roles),
          'site roles': (member) => roleNames(member.global_roles),
          'member since': (member) => member.created_at,
        },
        `${name} has no members. Add one with "coder organizations members add".`,
      );
    });
}

function addSubcommand(): Command {
  return new Command('add')
    .description('Make a user a member of an organization')
    .argument(...userArgument)
    .addOption(orgOption())
    .action(async (ref: string, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const organization = await chosenOrganization(client, flags.org);
      const user = await findUser(client, ref);
      await client.organizations.addMember({ organization: organization.id, user: user.id });
      console.log(`${user.username} is a member of ${organization.name}.`);
    });
}

function removeSubcommand(): Command {
  return new Command('remove')
    .alias('rm')
    .description('End a membership, with its groups and what was shared with it')
    .argument(...userArgument)
    .addOption(orgOption())
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const organization = await chosenOrganization(client, flags.org);
      const user = await findUser(client, ref);
      await confirmed(`Remove ${user.username} from ${organization.name}?`, flags.yes);
      await client.organizations.removeMember({ organization: organization.id, user: user.id });
      console.log(`${user.username} is no member of ${organization.name} any more.`);
    });
}

function rolesSubcommand(): Command {
  return new Command('roles')
    .description('List the roles in an organization, and which of them you may give')
    .addOption(orgOption())
    .addOption(outputOption())
    .action(async (flags: Flags, command: Command) => {
      const client = clientOf(command);
      const { id } = await chosenOrganization(client, flags.org);
      printList(
        flags.output,
        await client.organizations.memberRoles({ organization: id }),
        {
          role: (role) => role.name,
          title: (role) => role.display_name,
          'you may give': (role) => (role.assignable ? 'yes' : ''),
        },
        'No roles.',
      );
    });
}

function editRolesSubcommand(): Command {
  return new Command('edit-roles')
    .alias('edit-role')
    .description("Set a member's roles in an organization: exactly these, and no others")
    .argument(...userArgument)
    .argument('[roles...]', 'role names')
    .option('--roles <names>', 'the same, with commas between', collectList)
    .addOption(orgOption())
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, words: string[], flags: Flags, command: Command) => {
      const client = clientOf(command);
      const organization = await chosenOrganization(client, flags.org);
      const known = await client.organizations.memberRoles({ organization: organization.id });
      const asked = [...words, ...(flags.roles ?? [])];
      if (asked.length === 0) {
        throw new CliError(
          `Say which roles; "organization-member" alone takes all others away. There are: ${roleNames(known)}.`,
        );
      }
      const roles = checkRoles(asked, known);
      const user = await findUser(client, ref);
      const shown = roles.join(', ') || 'none but organization-member';
      await confirmed(`Set the roles of ${user.username} in ${organization.name} to: ${shown}?`, flags.yes);
      await client.organizations.updateMemberRoles({ organization: organization.id, user: user.id, roles });
      console.log(`Roles of ${user.username} in ${organization.name}: ${shown}.`);
    });
}

/** `coder organizations members`. */
export function membersSubcommand(): Command {
  return new Command('members')
    .alias('member')
    .description('Who belongs to an organization, and with which roles')
    .addCommand(listSubcommand())
    .addCommand(addSubcommand())
    .addCommand(removeSubcommand())
    .addCommand(rolesSubcommand())
    .addCommand(editRolesSubcommand());
}
