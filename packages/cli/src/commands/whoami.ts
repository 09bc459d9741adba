import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';

export function whoamiCommand(): Command {
  return new Command('whoami')
    .description('Show who is signed in, and where')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const me = await client.users.get({ user: 'me' });
      printList(
        flags.output,
        [{ url: client.url, username: me.username, id: me.id, roles: me.roles.map((r) => r.name) }],
        { url: (i) => i.url, username: (i) => i.username, id: (i) => i.id, roles: (i) => i.roles.join(', ') },
        '',
      );
    });
}
