import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

/** `coder users list`. */
export function listSubcommand(): Command {
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
