import type { ApiClient, User } from '@coder/api';
import { Command } from 'commander';
import { askPassword } from '../../login/ask.ts';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';
import { madePassword } from './create.ts';
import { findUser, userArgument } from './user-ref.ts';

type Flags = { password?: string; oldPassword?: string; yes?: boolean };

/** What a user's own password is changed with, which for others nobody is asked. */
async function oldPasswordOf(client: ApiClient, user: User, flags: Flags): Promise<string | undefined> {
  if (flags.oldPassword !== undefined) return flags.oldPassword;
  const { id } = await client.users.get({ user: 'me' });
  return id === user.id && process.stdin.isTTY ? askPassword('Your password now') : undefined;
}

/** `coder users reset-password`. */
export function resetPasswordSubcommand(): Command {
  return new Command('reset-password')
    .description("Set a user's password, which ends the user's sessions and tokens")
    .argument(...userArgument)
    .option('-p, --password <password>', 'password; without it one is made and shown once')
    .option('--old-password <password>', 'the one until now, to change your own')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const user = await findUser(client, ref);
      await confirmed(
        `Set another password for ${user.username}? The sessions and tokens of ${user.username} end.`,
        flags.yes,
      );
      const old_password = await oldPasswordOf(client, user, flags);
      const password = flags.password ?? madePassword();
      await client.users.updatePassword({ user: user.id, password, old_password });
      console.log(`${user.username} has another password.`);
      if (flags.password === undefined) console.log(`Password, shown once: ${password}`);
    });
}
