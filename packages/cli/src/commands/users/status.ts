import { Command } from 'commander';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';
import { findUser, userArgument } from './user-ref.ts';

/** `coder users suspend`. */
export function suspendSubcommand(): Command {
  return new Command('suspend')
    .description('Keep a user out, and end what the user has open; workspaces and what runs in them stay')
    .argument(...userArgument)
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      await confirmed(`Suspend ${user.username} (${user.email})?`, flags.yes);
      await client.users.suspend({ user: user.id });
      console.log(`${user.username} is suspended. "coder users activate ${user.username}" undoes it.`);
    });
}

/** `coder users activate`. */
export function activateSubcommand(): Command {
  return new Command('activate')
    .description('Let a suspended user in again')
    .argument(...userArgument)
    .option('-y, --yes', 'nothing is asked; taken for scripts written for upstream')
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      const { status } = await client.users.activate({ user: user.id });
      console.log(`${user.username} is ${status}.`);
    });
}
