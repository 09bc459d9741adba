import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { confirmed } from '../../output/confirmed.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findApp } from './app-ref.ts';

const argument = ['<app>', 'name or client id'] as const;

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description("List an application's secrets, of which only the end is known")
    .argument(...argument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const app = await findApp(client, ref);
      printList(
        flags.output,
        await client.oauth2Provider.listSecrets({ app: app.id }),
        {
          id: (secret) => secret.id,
          'ends with': (secret) => secret.client_secret_truncated,
          'last used': (secret) => secret.last_used_at ?? 'never',
        },
        `${app.name} has no secrets. Make one with "coder oauth2-provider apps secrets create".`,
      );
    });
}

function createSubcommand(): Command {
  return new Command('create')
    .description('Make a secret and print it, this once; those before it stay valid')
    .argument(...argument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const app = await findApp(client, ref);
      const made = await client.oauth2Provider.createSecret({ app: app.id });
      console.log(flags.output === 'json' ? JSON.stringify(made, null, 2) : made.client_secret_full);
      console.error(`The secret of ${app.name} is not shown again.`);
    });
}

function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Remove a secret with every token that was got with it')
    .argument(...argument)
    .argument('<secret>', 'its id, or how it ends')
    .option('-y, --yes', 'ask nothing')
    .action(async (ref: string, secretRef: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const app = await findApp(client, ref);
      const secrets = await client.oauth2Provider.listSecrets({ app: app.id });
      const [found, other] = secrets.filter(
        ({ id, client_secret_truncated: end }) => id === secretRef || secretRef.endsWith(end),
      );
      if (!found || other) {
        const all = secrets.map((secret) => secret.client_secret_truncated).join(', ') || 'none';
        throw new CliError(`${app.name} has no secret "${secretRef}". Its secrets end with: ${all}.`);
      }
      await confirmed(
        `Remove the secret of ${app.name} that ends with ${found.client_secret_truncated}?`,
        flags.yes,
      );
      await client.oauth2Provider.deleteSecret({ app: app.id, secret: found.id });
      console.log('The secret is removed.');
    });
}

/** `coder oauth2-provider apps secrets`: an application may have several, so that one is replaced without a pause. */
export function secretsSubcommand(): Command {
  return new Command('secrets')
    .alias('secret')
    .description("Manage an application's secrets")
    .addCommand(listSubcommand())
    .addCommand(createSubcommand())
    .addCommand(deleteSubcommand());
}
