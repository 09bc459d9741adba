import type { OAuth2App } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectEach, collectList } from '../../collect.ts';
import { confirmed } from '../../output/confirmed.ts';
import { renderDetails } from '../../output/details.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findApp, listApps } from './app-ref.ts';
import { secretsSubcommand } from './secrets.ts';

const kinds: Record<OAuth2App['kind'], string> = {
  preregistered: 'entered by an administrator',
  dcr: 'registered itself',
};

function describe(app: OAuth2App): string {
  return renderDetails([
    ['Name', app.name],
    ['Client id', app.id],
    ['Kind', kinds[app.kind]],
    ['Redirects', app.redirect_uris],
    ['Scopes', app.scope === '' ? 'any' : app.scope.split(' ')],
    ['Icon', app.icon],
    ['Client auth', app.token_endpoint_auth_method],
    ['Created', app.created_at],
    ['Changed', app.updated_at],
    ['Authorize at', app.endpoints.authorization],
    ['Tokens at', app.endpoints.token],
    ['Revoke at', app.endpoints.token_revoke],
  ]);
}

function print(app: OAuth2App, format: OutputFormat): void {
  console.log(format === 'json' ? JSON.stringify(app, null, 2) : describe(app));
}

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List the applications that are known here')
    .option('--search <text>', 'only those with this in their name')
    .option('--user <user>', 'only those that this user has connected')
    .addOption(outputOption())
    .action(async (flags: { search?: string; user?: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const userId = flags.user && (await client.users.get({ user: flags.user })).id;
      printList(
        flags.output,
        await listApps(client, { q: flags.search, user_id: userId || undefined }),
        {
          name: (app) => app.name,
          'client id': (app) => app.id,
          kind: (app) => kinds[app.kind],
          redirects: (app) => app.redirect_uris.join(' '),
          scopes: (app) => app.scope || 'any',
          'created at': (app) => app.created_at,
        },
        'No applications. Enter one with "coder oauth2-provider apps create <name> --redirect-uri <url>".',
      );
    });
}

function showSubcommand(): Command {
  return new Command('show')
    .description('Show an application and the addresses it must know')
    .argument('<app>', 'name or client id')
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      print(await findApp(clientOf(command), ref), flags.output);
    });
}

type CreateFlags = { redirectUri?: string[]; icon?: string; scope?: string[]; output: OutputFormat };

function createSubcommand(): Command {
  return new Command('create')
    .description('Enter an application')
    .argument('<name>', 'what users see')
    .option(
      '--redirect-uri <url>',
      'required: where answers may go, which the application says; may be repeated',
      collectEach,
    )
    .option('--icon <url>', 'address of a picture')
    .option(
      '--scope <scopes>',
      'what it may ask for at most; may be repeated (default: anything)',
      collectList,
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nFor example: coder oauth2-provider apps create "My agent" --redirect-uri https://agent.example.com/callback',
    )
    .action(async (name: string, flags: CreateFlags, command: Command) => {
      if (!flags.redirectUri) {
        throw new CliError(
          `Say where answers may go, with --redirect-uri, as in: coder oauth2-provider apps create ${JSON.stringify(name)} --redirect-uri https://agent.example.com/callback. The application says which address it listens on.`,
        );
      }
      const app = await clientOf(command).oauth2Provider.createApp({
        name,
        redirect_uris: flags.redirectUri,
        icon: flags.icon,
        scope: flags.scope?.join(' '),
      });
      print(app, flags.output);
      console.error(`Make its secret with "coder oauth2-provider apps secrets create ${app.id}".`);
    });
}

type EditFlags = {
  name?: string;
  redirectUri?: string[];
  icon?: string;
  scope?: string[];
  output: OutputFormat;
};

function editSubcommand(): Command {
  return new Command('edit')
    .description('Change an application; what is not given stays')
    .argument('<app>', 'name or client id')
    .option('--name <name>', 'what users see')
    .option(
      '--redirect-uri <url>',
      'where answers may go, in place of all before; may be repeated',
      collectEach,
    )
    .option('--icon <url>', 'address of a picture; "" for none')
    .option(
      '--scope <scopes>',
      'what it may ask for at most, in place of all before; "" for anything',
      collectList,
    )
    .addOption(outputOption())
    .action(async (ref: string, flags: EditFlags, command: Command) => {
      const { name, redirectUri, icon, scope } = flags;
      if ([name, redirectUri, icon, scope].every((change) => change === undefined)) {
        throw new CliError('Say what to change, with --name, --redirect-uri, --icon or --scope.');
      }
      const client = clientOf(command);
      const app = await findApp(client, ref);
      const changed = await client.oauth2Provider.updateApp({
        app: app.id,
        name: name ?? app.name,
        redirect_uris: redirectUri ?? app.redirect_uris,
        icon: icon ?? app.icon,
        scope: scope?.join(' ') ?? app.scope,
      });
      print(changed, flags.output);
    });
}

function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Remove an application with every connection and token it has')
    .argument('<app>', 'name or client id')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const app = await findApp(client, ref);
      await confirmed(`Remove ${app.name}? All of its connections end at once.`, flags.yes);
      await client.oauth2Provider.deleteApp({ app: app.id });
      console.log(`${app.name} is removed.`);
    });
}

/** `coder oauth2-provider apps`: what administrators do with applications. */
export function appsSubcommand(): Command {
  return new Command('apps')
    .alias('app')
    .description('Manage the applications that may ask users for access (owners)')
    .addCommand(listSubcommand())
    .addCommand(showSubcommand())
    .addCommand(createSubcommand())
    .addCommand(editSubcommand())
    .addCommand(deleteSubcommand())
    .addCommand(secretsSubcommand());
}
