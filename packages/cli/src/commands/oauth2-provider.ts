import { Command } from 'commander';
import { appsSubcommand } from './oauth2-provider/apps.ts';
import { connectionsSubcommand } from './oauth2-provider/connections.ts';
import { dcrSubcommand, documentsSubcommand } from './oauth2-provider/registration.ts';

/** `coder oauth2-provider`: applications that act for users, for administrators and for the users themselves. */
export function oauth2ProviderCommand(): Command {
  return new Command('oauth2-provider')
    .description('Applications that may act for users')
    .addCommand(connectionsSubcommand())
    .addCommand(appsSubcommand())
    .addCommand(dcrSubcommand())
    .addCommand(documentsSubcommand());
}
