import { createApiClient } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption } from '../output/print.ts';
import { addressOf, sessionOf } from '../session/context.ts';
import { version } from '../version.ts';

export function versionCommand(): Command {
  return new Command('version')
    .description('Show the version of this command and of the deployment')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      const url = addressOf(sessionOf(command));
      const server = url
        ? await createApiClient({ url })
            .deployment.buildInfo()
            .catch(() => undefined)
        : undefined;
      if (flags.output === 'json') {
        console.log(JSON.stringify({ version, node: process.version, server: server ?? null }, null, 2));
        return;
      }
      console.log(`coder ${version} (Node.js ${process.version})`);
      if (url !== undefined) console.log(`${url}: ${server?.version ?? 'not reachable'}`);
    });
}
