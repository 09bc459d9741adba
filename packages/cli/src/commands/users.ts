import { Command } from 'commander';
import { createSubcommand } from './users/create.ts';
import { deleteSubcommand } from './users/delete.ts';
import { listSubcommand } from './users/list.ts';
import { resetPasswordSubcommand } from './users/reset-password.ts';
import { editRolesSubcommand, rolesSubcommand } from './users/roles.ts';
import { showSubcommand } from './users/show.ts';
import { activateSubcommand, suspendSubcommand } from './users/status.ts';

/** `coder users`. */
export function usersCommand(): Command {
  return new Command('users')
    .alias('user')
    .description('Manage users')
    .addCommand(listSubcommand())
    .addCommand(showSubcommand())
    .addCommand(createSubcommand())
    .addCommand(suspendSubcommand())
    .addCommand(activateSubcommand())
    .addCommand(rolesSubcommand())
    .addCommand(editRolesSubcommand())
    .addCommand(resetPasswordSubcommand())
    .addCommand(deleteSubcommand());
}
