import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { confirmed } from '../../output/confirmed.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { checkRoles } from '../../role-names.ts';
import { clientOf } from '../../session/context.ts';
import { findUser, userArgument } from './user-ref.ts';

/** `coder users roles`. */
export function rolesSubcommand(): Command {
  return new Command('roles')
    .description('List the roles of the deployment, which of them a user has and which you may give')
    .argument(...userArgument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      const has = new Set(user.roles.map((role) => role.name));
      const roles = (await client.users.roles()).map((role) => ({ ...role, has: has.has(role.name) }));
      printList(
        flags.output,
        roles,
        {
          role: (role) => role.name,
          title: (role) => role.display_name,
          has: (role) => (role.has || role.name === 'member' ? 'yes' : ''),
          'you may give': (role) => (role.assignable ? 'yes' : ''),
        },
        'No roles.',
      );
    });
}

/** `coder users edit-roles`. */
export function editRolesSubcommand(): Command {
  return new Command('edit-roles')
    .description("Set a user's roles: exactly these, and no others")
    .argument(...userArgument)
    .option('--roles <names>', 'roles with commas between; "member" alone takes all others away', collectList)
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { roles?: string[]; yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const known = await client.users.roles();
      if (flags.roles === undefined) {
        throw new CliError(
          `Say which roles with --roles, for example --roles auditor. There are: ${known.map((role) => role.name).join(', ')}.`,
        );
      }
      const roles = checkRoles(flags.roles, known);
      const user = await findUser(client, ref);
      const before = user.roles.map((role) => role.name);
      const words = (names: readonly string[]) => names.join(', ') || 'none but member';
      await confirmed(
        `Set the roles of ${user.username} to: ${words(roles)} (now: ${words(before)})?`,
        flags.yes,
      );
      await client.users.updateRoles({ user: user.id, roles });
      console.log(`Roles of ${user.username}: ${words(roles)}.`);
    });
}
