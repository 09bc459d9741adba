import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { clientOf } from '../../session/context.ts';
import { unpackTemplate } from '../../template-archive.ts';
import { findTemplate } from '../../template-ref.ts';
import { refuseFull } from './new-folder.ts';

/** `coder templates pull`: a version becomes a folder. */
export function pullSubcommand(): Command {
  return new Command('pull')
    .description("Copy a template's active version into a folder")
    .argument('<template>')
    .argument('[folder]', 'new or empty folder (default: the name)')
    .option('--version <name>', 'another version')
    .option('--tar', 'write the archive to standard output')
    .option('-O, --org <name>', 'organization')
    .action(
      async (
        name: string,
        folder: string | undefined,
        flags: { version?: string; tar?: boolean; org?: string },
        command: Command,
      ) => {
        const client = clientOf(command);
        const template = await findTemplate(client, name, flags.org);
        const version = flags.version
          ? await client.templates.versionByName({ template: template.id, name: flags.version })
          : await client.templateVersions.get({ version: template.active_version_id });
        const response = await client.raw(`/files/${version.job.file_id}`);
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (flags.tar) {
          process.stdout.write(bytes);
          return;
        }
        const target = resolve(folder ?? template.name);
        refuseFull(target);
        if (response.headers.get('content-type') === 'application/zip') {
          await mkdir(target, { recursive: true });
          await writeFile(join(target, `${template.name}.zip`), bytes);
          console.log(`Wrote ${join(target, `${template.name}.zip`)}: this version was uploaded as a zip.`);
          return;
        }
        console.log(`Wrote ${await unpackTemplate(bytes, target)} files into ${target}.`);
      },
    );
}
