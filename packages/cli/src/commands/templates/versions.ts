import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findTemplate } from '../../template-ref.ts';

/** `coder templates versions`: list and promote. */
export function versionsSubcommand(): Command {
  const list = new Command('list')
    .description("List a template's versions, newest first")
    .argument('<template>')
    .option('-O, --org <name>', 'organization')
    .addOption(outputOption())
    .action(async (name: string, flags: { org?: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      printList(
        flags.output,
        await client.templates.versions({ template: template.id, limit: 1000 }),
        {
          name: (v) => v.name,
          'created at': (v) => v.created_at,
          'created by': (v) => v.created_by.username,
          status: (v) => v.job.status,
          active: (v) => (v.id === template.active_version_id ? 'yes' : ''),
          message: (v) => v.message,
        },
        'No versions.',
      );
    });
  const promote = new Command('promote')
    .description('Make a version the active one')
    .argument('<template>')
    .argument('<version>')
    .option('-O, --org <name>', 'organization')
    .action(async (name: string, versionName: string, flags: { org?: string }, command: Command) => {
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      const version = await client.templates.versionByName({ template: template.id, name: versionName });
      await client.templates.activateVersion({ template: template.id, id: version.id });
      console.log(`${versionName} is now the active version of ${template.name}.`);
    });
  return new Command('versions')
    .description('Manage the versions of a template')
    .addCommand(list, { isDefault: true })
    .addCommand(promote);
}
