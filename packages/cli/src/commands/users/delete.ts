import { Command } from 'commander';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';
import { findUser, userArgument } from './user-ref.ts';

/** `coder users delete`. */
export function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Delete a user who has no workspaces')
    .argument(...userArgument)
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      await confirmed(`Delete ${user.username} (${user.email})?`, flags.yes);
      await client.users.delete({ user: user.id });
      console.log(`${user.username} is deleted.`);
    });
}
