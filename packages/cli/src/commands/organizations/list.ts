import { allPages, type Organization } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

/** Prints organizations as every command does that shows several. */
export function printOrganizations(format: OutputFormat, organizations: readonly Organization[]): void {
  printList(
    format,
    organizations,
    {
      name: (organization) => organization.name,
      'display name': (organization) => organization.display_name,
      id: (organization) => organization.id,
      default: (organization) => (organization.is_default ? 'yes' : ''),
      'created at': (organization) => organization.created_at,
    },
    'No organizations that you can see. Ask an owner to add you to one.',
  );
}

/** `coder organizations list`. */
export function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List the organizations you can see')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const { organizations } = clientOf(command);
      printOrganizations(flags.output, await allPages((page) => organizations.list(page)));
    });
}
