import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { confirmedOnTerminal } from '../../output/confirmed.ts';
import { withProgress } from '../../output/progress.ts';
import { clientOf } from '../../session/context.ts';
import { packTemplate } from '../../template-archive.ts';
import { existingTemplate, publishTemplate } from '../../template-publish.ts';

type PushFlags = {
  directory: string;
  name?: string;
  message?: string;
  activate: boolean;
  org: string;
  yes?: boolean;
};

/** `coder templates push`: a folder becomes a new version. */
export function pushSubcommand(): Command {
  return new Command('push')
    .description('Publish a folder as a new version of a template; creates the template when it is new')
    .argument('[template]', "name (default: the folder's)")
    .option('-d, --directory <folder>', 'folder that holds template.yaml', '.')
    .option('--name <version>', 'name of the version')
    .option('-m, --message <text>', 'what has changed')
    .option('--no-activate', 'do not make it the active version')
    .option('-O, --org <name>', 'organization', 'default')
    .option('-y, --yes', 'on a terminal, do not ask before publishing')
    .action(async (given: string | undefined, flags: PushFlags, command: Command) => {
      const client = clientOf(command);
      const name = given ?? basename(resolve(flags.directory));
      const archive = await packTemplate(flags.directory);
      const publication = {
        organization: flags.org,
        name,
        archive,
        versionName: flags.name,
        message: flags.message,
        activate: flags.activate,
      };
      const existing = await existingTemplate(client, publication);
      const aim = existing
        ? `publish a new version of the template "${name}"`
        : `create the template "${name}"`;
      await confirmedOnTerminal(`Upload ${resolve(flags.directory)} to ${aim}?`, flags.yes, 'yes');
      await withProgress(async (progress) => {
        progress.step(`Publishing ${name}`);
        const result = await publishTemplate(client, publication, progress);
        const state = result.created || flags.activate ? 'active' : 'not active';
        progress.succeed(
          `${result.created ? 'Created' : 'Updated'} ${name}: version ${result.version.name} (${state}).`,
        );
      });
    });
}
