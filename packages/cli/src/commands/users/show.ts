import { allPages, type Organization, type User } from '@coder/api';
import { Command } from 'commander';
import { renderDetails } from '../../output/details.ts';
import { type OutputFormat, outputOption } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findUser, userArgument } from './user-ref.ts';

/** A user as lines of facts. */
function describeUser(user: User, organizations: readonly Pick<Organization, 'name'>[]): string {
  return renderDetails([
    ['Username', user.username],
    ['Full name', user.name],
    ['Email', user.email],
    ['Id', user.id],
    ['Status', user.status],
    ['Signs in by', user.login_type],
    ['Roles', user.roles.map((role) => role.name).join(', ') || 'member'],
    ['Organizations', organizations.map((organization) => organization.name).join(', ')],
    ['Created at', user.created_at],
    ['Last seen at', user.last_seen_at],
  ]);
}

/** `coder users show`. */
export function showSubcommand(): Command {
  return new Command('show')
    .description('Show a user')
    .argument(...userArgument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      if (flags.output === 'json') {
        console.log(JSON.stringify(user, null, 2));
        return;
      }
      const organizations = await allPages((page) => client.users.organizations({ user: user.id, ...page }));
      console.log(describeUser(user, organizations));
    });
}
