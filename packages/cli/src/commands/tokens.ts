import { Command } from 'commander';
import { createSubcommand } from './tokens/create.ts';
import { listSubcommand } from './tokens/list.ts';
import { removeSubcommand } from './tokens/remove.ts';

/** `coder tokens`, a file a subcommand. */
export function tokensCommand(): Command {
  return new Command('tokens')
    .alias('token')
    .description('Manage API tokens')
    .addCommand(createSubcommand())
    .addCommand(listSubcommand())
    .addCommand(removeSubcommand());
}
