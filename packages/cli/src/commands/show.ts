import type { Workspace, WorkspaceApp } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption } from '../output/print.ts';
import { renderTable } from '../output/table.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

/** Without a health check nothing is known of an app's health. */
const appText = ({ slug, health }: WorkspaceApp) => (health === 'disabled' ? slug : `${slug} (${health})`);

function sharedWith({ shared_with: actors = [] }: Workspace): string {
  if (actors.length === 0) return 'with nobody';
  const names = actors.map(({ actor_type: type, name, roles }) => {
    const who = type === 'group' ? `group ${name}` : name;
    return `${who} (${roles.join(', ')})`;
  });
  return `with ${names.join(', ')}`;
}

function describe(workspace: Workspace): string {
  const build = workspace.latest_build;
  const lines: [string, string][] = [
    ['Workspace', `${workspace.owner_name}/${workspace.name}`],
    ['Id', workspace.id],
    [
      'Template',
      `${workspace.template_name} (${build.template_version_name}${workspace.outdated ? ', outdated' : ''})`,
    ],
    ['Status', build.status],
    ['Build', `${build.build_number} (${build.transition}, ${build.reason})`],
    ['Stops at', build.deadline ?? 'never'],
    ['Starts', workspace.autostart_schedule ?? 'by hand'],
    [
      'Updates',
      workspace.automatic_updates === 'always' ? 'whenever it starts' : 'by hand, with "coder update"',
    ],
    ['Shared', sharedWith(workspace)],
  ];
  if (build.job.error !== undefined) lines.push(['Error', build.job.error]);
  return lines.map(([key, value]) => `${key.padEnd(10)} ${value}`).join('\n');
}

export function showCommand(): Command {
  return new Command('show')
    .description('Show a workspace, its resources and agents')
    .argument('<workspace>', 'name, or owner/name')
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const workspace = await findWorkspace(clientOf(command), ref);
      if (flags.output === 'json') {
        console.log(JSON.stringify(workspace, null, 2));
        return;
      }
      console.log(describe(workspace));
      const rows = workspace.latest_build.resources.flatMap((resource) =>
        (resource.agents ?? []).map((agent) => [
          `${resource.type}.${resource.name}`,
          agent.name,
          agent.status,
          agent.lifecycle_state,
          agent.version,
          agent.apps.map(appText).join(', '),
        ]),
      );
      if (rows.length > 0) {
        console.log(
          `\n${renderTable(['resource', 'agent', 'status', 'lifecycle', 'version', 'apps'], rows)}`,
        );
      }
    });
}
