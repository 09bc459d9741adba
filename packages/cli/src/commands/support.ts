import { resolve } from 'node:path';
import { Command } from 'commander';
import { confirmedOnTerminal } from '../output/confirmed.ts';
import { plain } from '../output/table.ts';
import { clientOf, sessionOf } from '../session/context.ts';
import { collectBundle } from '../support/collect.ts';
import { writeBundle } from '../support/write-bundle.ts';
import { findWorkspace } from '../workspace-ref.ts';

type Flags = { outputFile?: string; yes?: boolean };

function bundleSubcommand(): Command {
  return new Command('bundle')
    .description(
      'Collect what helps to find a fault: build info, health, configuration, and logs of a workspace',
    )
    .argument('[workspace]', 'name, or owner/name')
    .option('-O, --output-file <file>', 'where to (default: coder-support-<seconds>.tar.gz)')
    .option('-y, --yes', 'ask nothing')
    .addHelpText(
      'after',
      '\nValues of parameters and of variables of agents, scripts and commands of apps are left out. What looks like a password,\na token or a key is taken out. Logs may hold other things that are yours: look through the bundle before you pass it on.\nWhat you may not see is listed in its missing.txt.',
    )
    .action(async (ref: string | undefined, flags: Flags, command: Command) => {
      const client = clientOf(command);
      const workspace = ref === undefined ? undefined : await findWorkspace(client, ref);
      await confirmedOnTerminal(
        `Collect logs and configuration of ${workspace ? `${workspace.name} and ` : ''}the deployment into a file?`,
        flags.yes,
        'yes',
      );
      const token = await sessionOf(command).token?.();
      const file = resolve(flags.outputFile ?? `coder-support-${Math.floor(Date.now() / 1000)}.tar.gz`);
      const parts = collectBundle({
        client,
        workspace,
        secrets: token === undefined ? [] : [token],
        env: process.env,
        missing: (name, why) => console.error(plain(`Without ${name}: ${why}`)),
      });
      await writeBundle(file, parts);
      console.log(file);
    });
}

/** `coder support`. */
export function supportCommand(): Command {
  return new Command('support').description('Help others to find a fault').addCommand(bundleSubcommand());
}
