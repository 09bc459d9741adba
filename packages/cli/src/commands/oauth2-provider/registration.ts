import type { ApiClient, OAuth2Settings } from '@coder/api';
import { Command } from 'commander';
import { renderDetails } from '../../output/details.ts';
import { type OutputFormat, outputOption } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

const modes: Record<OAuth2Settings['dynamic_client_registration'], string> = {
  on: 'on: any application can',
  token: 'token: those that have the initial access token can',
  off: 'off: none can',
};

function showSubcommand(): Command {
  return new Command('show')
    .description('Show which applications may make themselves known')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const settings = await clientOf(command).oauth2Provider.getSettings();
      if (flags.output === 'json') {
        console.log(JSON.stringify(settings, null, 2));
        return;
      }
      console.log(
        renderDetails([
          ['Register themselves', modes[settings.dynamic_client_registration]],
          [
            'Publish a document about themselves',
            settings.client_id_metadata_documents_enabled ? 'on: any application can' : 'off: none can',
          ],
        ]),
      );
    });
}

/** A subcommand that changes one setting and says what holds now. */
function change(
  name: string,
  description: string,
  update: Parameters<ApiClient['oauth2Provider']['updateSettings']>[0],
  now: string,
): Command {
  return new Command(name).description(description).action(async (_flags: unknown, command: Command) => {
    await clientOf(command).oauth2Provider.updateSettings(update);
    console.log(now);
  });
}

function tokenSubcommand(): Command {
  return new Command('token')
    .description('Let applications register only with a new initial access token, and print it, this once')
    .addHelpText('after', '\nAn earlier initial access token ends with this.')
    .action(async (_flags: unknown, command: Command) => {
      const { initial_access_token: token } = await clientOf(command).oauth2Provider.updateSettings({
        dynamic_client_registration: 'token',
      });
      console.log(token ?? '');
      console.error('Give it to those who may register an application. It is not shown again.');
    });
}

/** `coder oauth2-provider dcr`: whether applications may register themselves. */
export function dcrSubcommand(): Command {
  return new Command('dcr')
    .description('Whether applications may register themselves (owners)')
    .addCommand(showSubcommand(), { isDefault: true })
    .addCommand(
      change(
        'enable',
        'Let any application register itself',
        { dynamic_client_registration: 'on' },
        'Applications can register themselves.',
      ).alias('on'),
    )
    .addCommand(
      change(
        'disable',
        'Let no application register itself; those that have stay',
        { dynamic_client_registration: 'off' },
        'Applications cannot register themselves. Enter them with "coder oauth2-provider apps create <name> --redirect-uri <url>".',
      ).alias('off'),
    )
    .addCommand(tokenSubcommand());
}

/** `coder oauth2-provider documents`: whether applications may be known by the document that they publish. */
export function documentsSubcommand(): Command {
  return new Command('documents')
    .alias('cimd')
    .description('Whether applications may be known by a document that they publish (owners)')
    .addCommand(showSubcommand(), { isDefault: true })
    .addCommand(
      change(
        'enable',
        'Let applications be known by the address of their document',
        { client_id_metadata_documents_enabled: true },
        'Applications can be known by the address of a document that they publish.',
      ).alias('on'),
    )
    .addCommand(
      change(
        'disable',
        'Know no application by a document',
        { client_id_metadata_documents_enabled: false },
        'Applications cannot be known by a document that they publish.',
      ).alias('off'),
    );
}
