import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isCancel, select } from '@clack/prompts';
import { nameSchema } from '@coder/api';
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
      const name = basename(target);
      const checked = nameSchema.safeParse(name);
      if (!checked.success) {
        throw new CliError(
          `A template cannot be called "${name}": a name ${checked.error.issues.map(({ message }) => message).join(', and ')}. Choose another folder.`,
        );
      }
      refuseFull(target);
      await mkdir(target, { recursive: true });
      await cp(join(starterFolder, id), target, { recursive: true });
      const manifest = join(target, 'template.yaml');
      const source = await readFile(manifest, 'utf8');
      await writeFile(manifest, source.replace(/^name:.*$/m, `name: ${name}`));
      console.log(
        `Made ${target}. Change template.yaml, then publish it with "coder templates push -d ${target}".`,
      );
    });
}
