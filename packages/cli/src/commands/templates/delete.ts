import { Command } from 'commander';
import { confirmed } from '../../output/confirmed.ts';
import { clientOf } from '../../session/context.ts';
import { findTemplate } from '../../template-ref.ts';

/** `coder templates delete`. */
export function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Delete templates that no workspace uses')
    .argument('<template...>')
    .option('-O, --org <name>', 'organization')
    .option('-y, --yes', 'ask nothing')
    .action(async (names: string[], flags: { org?: string; yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const templates = [];
      for (const name of names) templates.push(await findTemplate(client, name, flags.org));
      await confirmed(`Delete ${names.join(', ')}?`, flags.yes);
      for (const template of templates) {
        await client.templates.delete({ template: template.id });
        console.log(`Deleted ${template.name}.`);
      }
    });
}
