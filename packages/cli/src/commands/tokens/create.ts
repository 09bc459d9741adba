import { type ApiKey, publicScopes } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { durationArgument } from '../../duration.ts';
import { clientOf } from '../../session/context.ts';
import { allowEntry } from './allow-list.ts';

type Flags = { name?: string; lifetime?: string; scope: string[]; allow: string[]; user: string };

/** A lifetime in nanoseconds, as the API has it. None at all would be taken for the usual one. */
function lifetimeOf(text: string): number {
  const milliseconds = durationArgument(text);
  if (milliseconds < 1000)
    throw new CliError('A token lives for at least a second: write --lifetime like 30d.');
  return milliseconds * 1e6;
}

/** Until when it is valid and what it may do, in a sentence each. */
function describeMade({ expires_at: expires, scopes, allow_list: allowed }: ApiKey): string {
  const whole = scopes.includes('coder:all') && allowed.includes('*:*');
  const until = `Valid until ${expires.slice(0, 10)} (--lifetime chooses).`;
  return whole
    ? `${until} It may do all that its user may do: narrow it with --scope and --allow.`
    : `${until} "coder tokens list" shows what it may do.`;
}

/** `coder tokens create`. */
export function createSubcommand(): Command {
  return new Command('create')
    .description('Create an API token and print it, this once')
    .option('-n, --name <name>', 'what to call it')
    .option('--lifetime <duration>', 'how long it is valid, for example 30d')
    .option('--scope <scope>', 'what it may do; may be repeated (default: all you may do)', collectList, [])
    .option(
      '--allow <resource>',
      'workspace:<name or id> or template:<name or id> that it is limited to; may be repeated',
      collectList,
      [],
    )
    .option('--user <user>', 'for another user', 'me')
    .addHelpText('after', `\nScopes: ${publicScopes.join(', ')}`)
    .action(async (flags: Flags, command: Command) => {
      const client = clientOf(command);
      const lifetime = flags.lifetime === undefined ? undefined : lifetimeOf(flags.lifetime);
      const allow: string[] = [];
      for (const entry of flags.allow) allow.push(await allowEntry(client, entry, flags.user));
      const { key } = await client.apiKeys.createToken({
        user: flags.user,
        token_name: flags.name,
        lifetime,
        scopes: flags.scope.length > 0 ? flags.scope : undefined,
        allow_list: allow.length > 0 ? allow : undefined,
      });
      console.log(key);
      // The token alone goes to standard output, for scripts; what it amounts to is said beside it.
      const [id = ''] = key.split('-', 1);
      const made = await client.apiKeys.get({ user: flags.user, key: id }).catch(() => undefined);
      if (made) console.error(describeMade(made));
    });
}
