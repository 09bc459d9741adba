import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';

type CreateFlags = { username: string; email: string; fullName?: string; password?: string };

function createSubcommand(): Command {
  return new Command('create')
    .description('Create a user')
    .requiredOption('-u, --username <name>', 'username')
    .requiredOption('-e, --email <email>', 'email')
    .option('-n, --full-name <name>', 'full name')
    .option('-p, --password <password>', 'password; without it one is made and shown once')
    .action(async (flags: CreateFlags, command: Command) => {
      const password = flags.password ?? randomBytes(15).toString('base64url');
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

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List users')
    .option('--search <query>', 'filter, for example "status:active role:owner"', '')
    .addOption(outputOption())
    .action(async (flags: { search: string; output: OutputFormat }, command: Command) => {
      const { users } = await clientOf(command).users.list({ q: flags.search || undefined, limit: 1000 });
      printList(
        flags.output,
        users,
        {
          username: (u) => u.username,
          email: (u) => u.email,
          status: (u) => u.status,
          roles: (u) => u.roles.map((r) => r.name).join(', '),
          'created at': (u) => u.created_at,
        },
        'No users match.',
      );
    });
}

export function usersCommand(): Command {
  return new Command('users')
    .alias('user')
    .description('Manage users')
    .addCommand(createSubcommand())
    .addCommand(listSubcommand());
}
