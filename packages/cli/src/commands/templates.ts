import { Command } from 'commander';
import { deleteSubcommand } from './templates/delete.ts';
import { editSubcommand } from './templates/edit.ts';
import { initSubcommand } from './templates/init.ts';
import { listSubcommand } from './templates/list.ts';
import { pullSubcommand } from './templates/pull.ts';
import { pushSubcommand } from './templates/push.ts';
import { versionsSubcommand } from './templates/versions.ts';

/** `coder templates`, a file a subcommand. */
export function templatesCommand(): Command {
  return new Command('templates')
    .alias('template')
    .description('Manage templates')
    .addCommand(initSubcommand())
    .addCommand(pushSubcommand())
    .addCommand(listSubcommand())
    .addCommand(pullSubcommand())
    .addCommand(versionsSubcommand())
    .addCommand(editSubcommand())
    .addCommand(deleteSubcommand());
}
