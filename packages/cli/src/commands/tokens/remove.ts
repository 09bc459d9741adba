import { allPages } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { clientOf } from '../../session/context.ts';

/** `coder tokens remove`. */
export function removeSubcommand(): Command {
  return new Command('remove')
    .alias('rm')
    .alias('delete')
    .description("Delete an API token: one of yours, or by its id another user's")
    .argument('<token>', 'name, id, or the token itself')
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const [id] = ref.split('-');
      const list = (all: boolean) =>
        allPages((page) =>
          client.apiKeys.listTokens({ user: 'me', include_all: all, include_expired: true, ...page }),
        );
      const found =
        (await list(false)).find((k) => k.id === id || k.token_name === ref) ??
        (await list(true)).find((k) => k.id === id);
      if (!found) throw new CliError(`No token "${ref}". See "coder tokens list".`);
      await client.apiKeys.delete({ user: found.user_id, key: found.id });
      console.log('Token deleted.');
    });
}
