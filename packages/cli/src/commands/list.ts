import type { Workspace } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { duration, type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';

const PAGE = 100;

/** Workspaces that the search selects; all pages. */
async function collect(command: Command, q: string): Promise<Workspace[]> {
  const client = clientOf(command);
  const all: Workspace[] = [];
  for (;;) {
    const page = await client.workspaces.list({ q, limit: PAGE, offset: all.length });
    all.push(...page.workspaces);
    if (page.workspaces.length === 0 || all.length >= page.count) return all;
  }
}

export function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List workspaces')
    .option('-a, --all', 'of all users you can see')
    .option('--search <query>', 'filter, for example "status:running template:node"', 'owner:me')
    .addOption(outputOption())
    .allowExcessArguments()
    .action(async (flags: { all?: boolean; search: string; output: OutputFormat }, command: Command) => {
      const [name] = command.args;
      if (name !== undefined) {
        throw new CliError(
          `"coder list" takes no name. Filter with --search "owner:me name:${name}", or look at one with "coder show ${name}".`,
        );
      }
      const all = await collect(
        command,
        flags.all ? flags.search.replace(/\bowner:me\b/, '').trim() : flags.search,
      );
      printList(
        flags.output,
        all,
        {
          workspace: (w) => `${w.owner_name}/${w.name}`,
          template: (w) => w.template_name,
          status: (w) => w.latest_build.status,
          healthy: (w) => (w.latest_build.status === 'running' ? String(w.health.healthy) : ''),
          'last built': (w) => `${duration(Date.now() - Date.parse(w.latest_build.created_at))} ago`,
          outdated: (w) => String(w.outdated),
          'starts at': (w) => w.autostart_schedule ?? '',
          'stops after': (w) => (w.ttl_ms ? duration(w.ttl_ms) : ''),
        },
        'No workspaces. Create one with "coder create".',
      );
    });
}
