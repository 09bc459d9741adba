import { Command } from 'commander';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

const argument = ['<workspace>', 'name, or owner/name'] as const;

/** `coder favorite`. */
export function favoriteCommand(): Command {
  return new Command('favorite')
    .aliases(['fav', 'favourite'])
    .description('Put a workspace first in your lists')
    .argument(...argument)
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await findWorkspace(client, ref);
      await client.workspaces.favorite({ workspace: id });
      console.log(`${name} is a favorite.`);
    });
}

/** `coder unfavorite`. */
export function unfavoriteCommand(): Command {
  return new Command('unfavorite')
    .aliases(['unfav', 'unfavourite'])
    .description('Take the mark of a favorite from a workspace')
    .argument(...argument)
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const { id, name } = await findWorkspace(client, ref);
      await client.workspaces.unfavorite({ workspace: id });
      console.log(`${name} is no favorite.`);
    });
}
