import { type SharingLevel, sharingLevels } from '@coder/api';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../../cli-error.ts';
import { durationArgument } from '../../duration.ts';
import { clientOf } from '../../session/context.ts';
import { findTemplate } from '../../template-ref.ts';

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
  allowUserAutostart?: boolean;
  allowUserAutostop?: boolean;
  requireActiveVersion?: boolean;
  maxPortShareLevel?: SharingLevel;
  deprecated?: string;
  org?: string;
};

function yesOrNo(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('Say true or false.');
}

/** `coder templates edit`: settings, of which only those given change. */
export function editSubcommand(): Command {
  return new Command('edit')
    .description("Change a template's settings")
    .argument('<template>')
    .option('--name <name>', 'what commands call it')
    .option('--display-name <name>', 'what people see')
    .option('--description <text>', 'what it is for')
    .option('--icon <url>', 'address of a picture')
    .option('--default-ttl <duration>', 'autostop of new workspaces; 0 for none', milliseconds)
    .option('--activity-bump <duration>', 'how far activity moves the autostop', milliseconds)
    .option('--failure-ttl <duration>', 'stop a failed start after this long; 0 for never', milliseconds)
    .option('--allow-user-autostart <bool>', 'whether users may set a schedule to start', yesOrNo)
    .option('--allow-user-autostop <bool>', 'whether users may set when workspaces stop', yesOrNo)
    .option('--require-active-version <bool>', 'whether every start uses the active version', yesOrNo)
    .addOption(
      new Option(
        '--max-port-share-level <level>',
        'how far users may share ports of their workspaces',
      ).choices(sharingLevels),
    )
    .option('--deprecated <message>', 'say why it is not to be used any more; empty to take that back')
    .option('-O, --org <name>', 'organization')
    .action(async (name: string, flags: EditFlags, command: Command) => {
      const changes = {
        name: flags.name,
        display_name: flags.displayName,
        description: flags.description,
        icon: flags.icon,
        default_ttl_ms: flags.defaultTtl,
        activity_bump_ms: flags.activityBump,
        failure_ttl_ms: flags.failureTtl,
        allow_user_autostart: flags.allowUserAutostart,
        allow_user_autostop: flags.allowUserAutostop,
        require_active_version: flags.requireActiveVersion,
        max_port_share_level: flags.maxPortShareLevel,
        deprecation_message: flags.deprecated,
      };
      if (Object.values(changes).every((value) => value === undefined)) {
        const settings = command.options.filter(({ long, hidden }) => !hidden && long !== '--org');
        throw new CliError(
          `Say what is to change: ${settings.map(({ long }) => long).join(', ')}. "coder templates edit --help" explains them.`,
        );
      }
      const client = clientOf(command);
      const template = await findTemplate(client, name, flags.org);
      const updated = await client.templates.update({ template: template.id, ...changes });
      console.log(`Changed ${updated.name}.`);
    });
}
