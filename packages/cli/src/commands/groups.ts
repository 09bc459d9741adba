import { Command } from 'commander';
import { createSubcommand, deleteSubcommand, editSubcommand } from './groups/change.ts';
import { listSubcommand } from './groups/list.ts';
import { membersSubcommand } from './groups/members.ts';

/** `coder groups`. */
export function groupsCommand(): Command {
  return new Command('groups')
    .alias('group')
    .description('Manage groups of users in an organization')
    .addCommand(listSubcommand())
    .addCommand(createSubcommand())
    .addCommand(editSubcommand())
    .addCommand(membersSubcommand())
    .addCommand(deleteSubcommand());
}
