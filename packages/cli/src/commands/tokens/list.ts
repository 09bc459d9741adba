import { allPages } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { allowListTexts } from './allow-list.ts';

type Flags = { all?: boolean; includeExpired?: boolean; output: OutputFormat };

/** `coder tokens list`. */
export function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List API tokens with what each may do, and where')
    .option('-a, --all', 'of every user you can see')
    .option('--include-expired', 'also those that are no longer valid')
    .addOption(outputOption())
    .action(async (flags: Flags, command: Command) => {
      const client = clientOf(command);
      const keys = await allPages((page) =>
        client.apiKeys.listTokens({
          user: 'me',
          include_all: flags.all,
          include_expired: flags.includeExpired,
          ...page,
        }),
      );
      const none = 'No tokens. Create one with "coder tokens create".';
      if (flags.output === 'json') return printList('json', keys, {}, none);
      const allowed = await allowListTexts(client, keys);
      printList(
        'table',
        keys.map((key, index) => ({ ...key, allowed: allowed[index] ?? '' })),
        {
          id: (k) => k.id,
          name: (k) => k.token_name,
          ...(flags.all ? { owner: (k) => k.username } : {}),
          scopes: (k) => k.scopes.join(' '),
          'allow list': (k) => k.allowed,
          'last used': (k) => k.last_used,
          'expires at': (k) => k.expires_at,
          'created at': (k) => k.created_at,
        },
        none,
      );
    });
}
