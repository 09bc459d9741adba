import { type ApiKey, publicScopes } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { durationArgument } from '../duration.ts';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

const collect = (value: string, all: string[]) => [...all, ...value.split(',').map((v) => v.trim())];

type CreateFlags = { name?: string; lifetime?: string; scope: string[]; allow: string[]; user: string };

function createSubcommand(): Command {
  return new Command('create')
    .description('Create an API token; it is shown once')
    .option('-n, --name <name>', 'what to call it')
    .option('--lifetime <duration>', 'how long it is valid, for example 30d')
    .option('--scope <scope>', 'what it may do; may be repeated (default: all you may do)', collect, [])
    .option('--allow <resource>', 'workspace:<name or id> it is limited to; may be repeated', collect, [])
    .option('--user <user>', 'for another user', 'me')
    .addHelpText('after', `\nScopes: ${publicScopes.join(', ')}`)
    .action(async (flags: CreateFlags, command: Command) => {
      const client = clientOf(command);
      const allow: string[] = [];
      for (const entry of flags.allow) {
        const [type, ref] = [entry.slice(0, entry.indexOf(':')), entry.slice(entry.indexOf(':') + 1)];
        if (type === '' || ref === '')
          throw new CliError(`--allow "${entry}" must be written workspace:<name or id>.`);
        const isName = type === 'workspace' && ref !== '*' && !/^[0-9a-f]{8}-/.test(ref);
        allow.push(isName ? `workspace:${(await findWorkspace(client, ref)).id}` : entry);
      }
      const { key } = await client.apiKeys.createToken({
        user: flags.user,
        token_name: flags.name,
        lifetime: flags.lifetime === undefined ? undefined : durationArgument(flags.lifetime) * 1e6,
        scopes: flags.scope.length > 0 ? flags.scope : undefined,
        allow_list: allow.length > 0 ? allow : undefined,
      });
      console.log(key);
    });
}

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List API tokens')
    .option('-a, --all', "every user's")
    .option('--include-expired', 'also those that are no longer valid')
    .addOption(outputOption())
    .action(
      async (flags: { all?: boolean; includeExpired?: boolean; output: OutputFormat }, command: Command) => {
        const keys = await clientOf(command).apiKeys.listTokens({
          user: 'me',
          include_all: flags.all,
          include_expired: flags.includeExpired,
        });
        printList(
          flags.output,
          keys,
          {
            id: (k: ApiKey) => k.id,
            name: (k) => k.token_name,
            scopes: (k) => k.scopes.join(' '),
            'allow list': (k) => k.allow_list.join(' '),
            'last used': (k) => k.last_used,
            'expires at': (k) => k.expires_at,
            'created at': (k) => k.created_at,
          },
          'No tokens. Create one with "coder tokens create".',
        );
      },
    );
}

function removeSubcommand(): Command {
  return new Command('remove')
    .alias('rm')
    .alias('delete')
    .description('Delete an API token')
    .argument('<token>', 'name, id, or the token itself')
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const keys = await client.apiKeys.listTokens({ user: 'me', include_expired: true });
      const found = keys.find((k) => k.id === ref || k.id === ref.split('-')[0] || k.token_name === ref);
      if (!found) throw new CliError(`No token "${ref}". See "coder tokens list".`);
      await client.apiKeys.delete({ user: 'me', key: found.id });
      console.log('Token deleted.');
    });
}

export function tokensCommand(): Command {
  return new Command('tokens')
    .alias('token')
    .description('Manage API tokens')
    .addCommand(createSubcommand())
    .addCommand(listSubcommand())
    .addCommand(removeSubcommand());
}
