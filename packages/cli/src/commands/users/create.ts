import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { clientOf } from '../../session/context.ts';

type CreateFlags = { username: string; email: string; fullName?: string; password?: string };

/** A password that nobody chose. */
export const madePassword = (): string => randomBytes(15).toString('base64url');

/** `coder users create`. */
export function createSubcommand(): Command {
  return new Command('create')
    .description('Create a user')
    .requiredOption('-u, --username <name>', 'username')
    .requiredOption('-e, --email <email>', 'email')
    .option('-n, --full-name <name>', 'full name')
    .option('-p, --password <password>', 'password; without it one is made and shown once')
    .action(async (flags: CreateFlags, command: Command) => {
      const password = flags.password ?? madePassword();
      const user = await clientOf(command).users.create({
        username: flags.username,
        email: flags.email,
        name: flags.fullName,
        password,
        login_type: 'password',
      });
      console.log(`Created ${user.username} (${user.email}).`);
      if (flags.password === undefined) console.log(`Password, shown once: ${password}`);
    });
}
