import type { OAuth2Grant } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { confirmed } from '../../output/confirmed.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

/** In which workspaces a connection works, in words. */
function reachOf(grant: OAuth2Grant): string {
  if (grant.workspaces === 'all') return 'all';
  if (grant.workspaces === 'created') return 'those it creates';
  return `${grant.allow_list.length} chosen`;
}

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List the applications that may act for you, and what each may do')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const { grants } = await clientOf(command).oauth2.listGrants();
      printList(
        flags.output,
        grants,
        {
          application: (grant) => grant.application.name,
          may: (grant) => grant.capabilities.map((capability) => capability.title).join('; '),
          workspaces: reachOf,
          'last used': (grant) => grant.last_used_at ?? 'never',
          from: (grant) => grant.last_used_ip,
          'expires at': (grant) => grant.expires_at,
          id: (grant) => grant.id,
        },
        'No application may act for you.',
      );
    });
}

/** The connections that are meant: one by its id, or by the application's name or client id. */
function pick(grants: readonly OAuth2Grant[], ref: string, all: boolean | undefined): OAuth2Grant[] {
  const byId = grants.filter((grant) => grant.id === ref);
  if (byId.length > 0) return byId;
  const named = grants.filter(
    ({ application }) => application.id === ref || application.name.toLowerCase() === ref.toLowerCase(),
  );
  if (named.length === 0) {
    const have = [...new Set(grants.map((grant) => grant.application.name))].join(', ');
    throw new CliError(
      have === ''
        ? 'No application may act for you.'
        : `No application "${ref}" may act for you. There are: ${have}.`,
    );
  }
  if (named.length > 1 && !all) {
    const ids = named.map((grant) => grant.id).join(', ');
    throw new CliError(
      `"${ref}" is connected ${named.length} times. Say which by its id: ${ids}. Or disconnect them with --all.`,
    );
  }
  return named;
}

function revokeSubcommand(): Command {
  return new Command('revoke')
    .alias('rm')
    .description('Disconnect an application; its tokens end at once')
    .argument('<connection>', "its id, or the application's name")
    .option('-a, --all', 'every connection of the application')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { all?: boolean; yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const { grants } = await client.oauth2.listGrants();
      const chosen = pick(grants, ref, flags.all);
      const name = chosen[0]?.application.name ?? ref;
      await confirmed(`Disconnect ${name}?`, flags.yes);
      for (const { id } of chosen) await client.oauth2.revokeGrant({ grant: id });
      console.log(
        chosen.length === 1 ? `${name} is disconnected.` : `${name} is disconnected, ${chosen.length} times.`,
      );
    });
}

/** `coder oauth2-provider connections`: what every user does with what he has allowed. */
export function connectionsSubcommand(): Command {
  return new Command('connections')
    .alias('connection')
    .description('See and disconnect the applications that may act for you')
    .addCommand(listSubcommand())
    .addCommand(revokeSubcommand());
}
