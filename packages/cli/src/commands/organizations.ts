import { Command } from 'commander';
import { createSubcommand } from './organizations/create.ts';
import { deleteSubcommand } from './organizations/delete.ts';
import { listSubcommand } from './organizations/list.ts';
import { membersSubcommand } from './organizations/members.ts';
import { showSubcommand } from './organizations/show.ts';

/** `coder organizations`. */
export function organizationsCommand(): Command {
  return new Command('organizations')
    .aliases(['organization', 'org', 'orgs'])
    .description('Manage organizations and who belongs to them')
    .addCommand(listSubcommand())
    .addCommand(showSubcommand())
    .addCommand(createSubcommand())
    .addCommand(deleteSubcommand())
    .addCommand(membersSubcommand());
}
