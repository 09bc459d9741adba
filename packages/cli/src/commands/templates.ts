import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { confirm, isCancel, select } from '@clack/prompts';
import { Command, InvalidArgumentError } from 'commander';
import { CliError } from '../cli-error.ts';
import { durationArgument } from '../duration.ts';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { clientOf } from '../session/context.ts';
import { starterFolder, starterTemplates } from '../starter-templates.ts';
import { packTemplate, unpackTemplate } from '../template-archive.ts';
import { publishTemplate } from '../template-publish.ts';
import { findTemplate } from '../template-ref.ts';

function refuseFull(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new CliError(`"${folder}" is not empty. Choose a folder that is new or empty.`);
  }
}

function initSubcommand(): Command {
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

type PushFlags = {
  directory: string;
  name?: string;
  message?: string;
  activate: boolean;
  org: string;
  yes?: boolean;
};

function pushSubcommand(): Command {
  return new Command('push')
    .description('Publish a folder as a new version of a template; creates the template when it is new')
    .argument('[template]', "name (default: the folder's)")
    .option('-d, --directory <folder>', 'folder that holds template.yaml', '.')
    .option('--name <version>', 'name of the version')
    .option('-m, --message <text>', 'what has changed')
    .option('--no-activate', 'do not make it the active version')
    .option('-O, --org <name>', 'organization', 'default')
    .option('-y, --yes', 'ask nothing')
    .action(async (given: string | undefined, flags: PushFlags, command: Command) => {
      const client = clientOf(command);
      const name = given ?? basename(resolve(flags.directory));
      const archive = await packTemplate(flags.directory);
      const progress = createProgress();
      progress.step(`Publishing ${name}`);
      const result = await publishTemplate(
        client,
        {
          organization: flags.org,
          name,
          archive,
          versionName: flags.name,
          message: flags.message,
          activate: flags.activate,
        },
        progress,
      );
      const state = result.created || flags.activate ? 'active' : 'not active';
      progress.succeed(
        `${result.created ? 'Created' : 'Updated'} ${name}: version ${result.version.name} (${state}).`,
      );
    });
}

function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List templates')
    .addOption(outputOption())
    .action(async (flags: { output: OutputFormat }, command: Command) => {
      printList(
        flags.output,
        await clientOf(command).templates.list({}),
        {
          name: (t) => t.name,
          organization: (t) => t.organization_name,
          description: (t) => t.description,
          'used by': (t) => `${t.active_user_count} users`,
          'last updated': (t) => t.updated_at,
        },
        'No templates. Publish one with "coder templates push".',
      );
    });
}

function pullSubcommand(): Command {
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

function versionsSubcommand(): Command {
  const list = new Command('list')
    .description("List a template's versions, newest first")
    .argument('<template>')
    .option('-O, --org <name>', 'organization')
    .addOption(outputOption())
    .action(async (name: string, flags: { org?: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      printList(
        flags.output,
        await client.templates.versions({ template: template.id, limit: 1000 }),
        {
          name: (v) => v.name,
          'created at': (v) => v.created_at,
          'created by': (v) => v.created_by.username,
          status: (v) => v.job.status,
          active: (v) => (v.id === template.active_version_id ? 'yes' : ''),
          message: (v) => v.message,
        },
        'No versions.',
      );
    });
  const promote = new Command('promote')
    .description('Make a version the active one')
    .argument('<template>')
    .argument('<version>')
    .option('-O, --org <name>', 'organization')
    .action(async (name: string, versionName: string, flags: { org?: string }, command: Command) => {
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      const version = await client.templates.versionByName({ template: template.id, name: versionName });
      await client.templates.activateVersion({ template: template.id, id: version.id });
      console.log(`${versionName} is now the active version of ${template.name}.`);
    });
  return new Command('versions')
    .description('Manage the versions of a template')
    .addCommand(list, { isDefault: true })
    .addCommand(promote);
}

function milliseconds(text: string): number {
  try {
    return durationArgument(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

type EditFlags = {
  name?: string;
  displayName?: string;
  description?: string;
  icon?: string;
  defaultTtl?: number;
  activityBump?: number;
  failureTtl?: number;
  allowUserAutostart?: string;
  allowUserAutostop?: string;
  requireActiveVersion?: string;
  deprecated?: string;
  org?: string;
};

const flag = (value: string | undefined) => (value === undefined ? undefined : value === 'true');

function editSubcommand(): Command {
  return new Command('edit')
    .description("Change a template's settings")
    .argument('<template>')
    .option('--name <name>')
    .option('--display-name <name>')
    .option('--description <text>')
    .option('--icon <url>')
    .option('--default-ttl <duration>', 'autostop of new workspaces; 0 for none', milliseconds)
    .option('--activity-bump <duration>', 'how far activity moves the autostop', milliseconds)
    .option('--failure-ttl <duration>', 'stop a failed start after this long; 0 for never', milliseconds)
    .option('--allow-user-autostart <bool>')
    .option('--allow-user-autostop <bool>')
    .option('--require-active-version <bool>')
    .option('--deprecated <message>', 'say why it is not to be used any more; empty to take that back')
    .option('-O, --org <name>', 'organization')
    .action(async (name: string, flags: EditFlags, command: Command) => {
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      const updated = await client.templates.update({
        template: template.id,
        name: flags.name,
        display_name: flags.displayName,
        description: flags.description,
        icon: flags.icon,
        default_ttl_ms: flags.defaultTtl,
        activity_bump_ms: flags.activityBump,
        failure_ttl_ms: flags.failureTtl,
        allow_user_autostart: flag(flags.allowUserAutostart),
        allow_user_autostop: flag(flags.allowUserAutostop),
        require_active_version: flag(flags.requireActiveVersion),
        deprecation_message: flags.deprecated,
      });
      console.log(`Changed ${updated.name}.`);
    });
}

function deleteSubcommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('Delete templates that no workspace uses')
    .argument('<template...>')
    .option('-O, --org <name>', 'organization')
    .option('-y, --yes', 'ask nothing')
    .action(async (names: string[], flags: { org?: string; yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const templates = [];
      for (const name of names) templates.push(await findTemplate(client, name, flags.org));
      if (!flags.yes) {
        if (!process.stdin.isTTY) throw new CliError(`Delete ${names.join(', ')}? Say so with --yes.`);
        const answer = await confirm({ message: `Delete ${names.join(', ')}?` });
        if (isCancel(answer) || !answer) throw new CliError('Nothing was done.', 130);
      }
      for (const template of templates) {
        await client.templates.delete({ template: template.id });
        console.log(`Deleted ${template.name}.`);
      }
    });
}

export function templatesCommand(): Command {
  return new Command('templates')
    .alias('template')
    .description('Manage templates')
    .addCommand(initSubcommand())
    .addCommand(pushSubcommand())
    .addCommand(listSubcommand())
    .addCommand(pullSubcommand())
    .addCommand(versionsSubcommand())
    .addCommand(editSubcommand())
    .addCommand(deleteSubcommand());
}
