import { cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isCancel, select } from '@clack/prompts';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { starterFolder, starterTemplates } from '../../starter-templates.ts';
import { refuseFull } from './new-folder.ts';

/** `coder templates init`: a copy of a starter template. */
export function initSubcommand(): Command {
  return new Command('init')
    .description('Start a template of your own from a starter template')
    .argument('[folder]', "new folder; its name is the template's")
    .option('--id <starter>', `one of ${starterTemplates().join(', ')}`)
    .action(async (folder: string | undefined, flags: { id?: string }) => {
      const starters = starterTemplates();
      let id = flags.id;
      if (id === undefined) {
        if (!process.stdin.isTTY)
          throw new CliError(`Say which starter with --id. There are: ${starters.join(', ')}.`);
        const answer = await select({
          message: 'Start from:',
          options: starters.map((s) => ({ value: s, label: s })),
        });
        if (isCancel(answer)) throw new CliError('Canceled.', 130);
        id = answer;
      }
      if (!starters.includes(id))
        throw new CliError(`No starter "${id}". There are: ${starters.join(', ')}.`);
      const target = resolve(folder ?? id);
      refuseFull(target);
      await mkdir(target, { recursive: true });
      await cp(join(starterFolder, id), target, { recursive: true });
      console.log(
        `Made ${target}. Change template.yaml, then publish it with "coder templates push -d ${target}".`,
      );
    });
}
