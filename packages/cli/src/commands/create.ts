import { randomUUID } from 'node:crypto';
import { isCancel, select, text } from '@clack/prompts';
import { type ApiClient, allPages, NAME_PATTERN } from '@coder/api';
import { Command } from 'commander';
import { followBuild, waitReady } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { durationArgument } from '../duration.ts';
import { withProgress } from '../output/progress.ts';
import { parseSchedule } from '../schedule.ts';
import { clientOf } from '../session/context.ts';
import { findTemplate } from '../template-ref.ts';
import {
  addParameterFlags,
  completeParameters,
  findPreset,
  type ParameterFlags,
  readParameters,
} from './parameters.ts';

type CreateFlags = ParameterFlags & {
  template?: string;
  templateVersion?: string;
  startAt?: string;
  stopAfter?: string;
  automaticUpdates?: 'always' | 'never';
  org?: string;
  wait: boolean;
};

async function chooseName(given: string | undefined): Promise<{ owner: string; name: string }> {
  let typed = given;
  if (typed === undefined) {
    if (!process.stdin.isTTY)
      throw new CliError('Say how the workspace is to be called: "coder create <name>".');
    const answer = await text({
      message: 'Name of the workspace:',
      validate: (v) => (NAME_PATTERN.test(v ?? '') ? undefined : 'letters, digits and single hyphens'),
    });
    if (isCancel(answer)) throw new CliError('Canceled.', 130);
    typed = answer;
  }
  const [owner, name] = typed.includes('/') ? typed.split('/', 2) : ['me', typed];
  return { owner: owner ?? 'me', name: name ?? '' };
}

async function chooseTemplate(client: ApiClient, flags: CreateFlags) {
  if (flags.template !== undefined) return findTemplate(client, flags.template, flags.org);
  const all = await allPages((page) => client.templates.list(page));
  if (all.length === 0)
    throw new CliError('There are no templates yet. Publish one with "coder templates push".');
  if (all.length === 1 && all[0]) return all[0];
  if (!process.stdin.isTTY) {
    throw new CliError(
      `Say which template with --template. There are: ${all.map((t) => t.name).join(', ')}.`,
    );
  }
  const answer = await select({
    message: 'Template:',
    options: all.map((t) => ({ value: t, label: t.name, hint: t.description })),
  });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return answer;
}

export function createCommand(): Command {
  const command = new Command('create')
    .description('Create a workspace and start it')
    .argument('[name]', 'name, or owner/name')
    .option('-t, --template <name>', 'template to create from')
    .option('--template-version <name>', 'a version other than the active one')
    .option('--start-at <schedule>', 'autostart, for example "Mon-Fri 9:30AM Europe/Berlin"')
    .option('--stop-after <duration>', 'stop after this long without activity, for example 8h')
    .option('--automatic-updates <policy>', '"always" follows the active version')
    .option('-O, --org <name>', 'organization of the template')
    .option('--no-wait', 'return as soon as the build is queued');
  return addParameterFlags(command).action(async (given: string | undefined, flags: CreateFlags) => {
    const client = clientOf(command);
    const { owner, name } = await chooseName(given);
    const template = await chooseTemplate(client, flags);
    const version = flags.templateVersion
      ? (await client.templates.versionByName({ template: template.id, name: flags.templateVersion })).id
      : template.active_version_id;
    const preset = await findPreset(client, version, flags.preset);
    const values = await completeParameters(client, version, readParameters(flags), flags);
    const workspace = await client.workspaces.create(
      {
        user: owner,
        name,
        ...(flags.templateVersion ? { template_version_id: version } : { template_id: template.id }),
        rich_parameter_values: values,
        template_version_preset_id: preset,
        autostart_schedule: flags.startAt === undefined ? undefined : parseSchedule(flags.startAt),
        ttl_ms: flags.stopAfter === undefined ? undefined : durationArgument(flags.stopAfter),
        automatic_updates: flags.automaticUpdates,
      },
      { context: { idempotencyKey: randomUUID() } },
    );
    if (!flags.wait) {
      console.log(`${workspace.name} is being created. Follow it with "coder logs -f ${workspace.name}".`);
      return;
    }
    await withProgress(async (progress) => {
      await followBuild(client, workspace.latest_build, progress);
      await waitReady(client, workspace, undefined, progress);
      progress.succeed(`${workspace.name} is running. Work in it with "coder ssh ${workspace.name}".`);
    });
  });
}
