import { allPages } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

/** `coder templates list`. */
export function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List templates')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const { templates } = clientOf(command);
      printList(
        flags.output,
        await allPages((page) => templates.list(page)),
        {
          name: (t) => t.name,
          organization: (t) => t.organization_name,
          description: (t) => t.description,
          'used by': (t) => `${t.active_user_count} users`,
          'last updated': (t) => t.updated_at,
        },
        'No templates. Publish one with "coder templates push".',
      );
    });
}
