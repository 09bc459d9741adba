import { Command } from 'commander';
import { durationArgument } from '../duration.ts';
import { duration } from '../output/print.ts';
import { renderTable } from '../output/table.ts';
import { parseSchedule } from '../schedule.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';

export function scheduleCommand(): Command {
  const schedule = new Command('schedule').description('When workspaces start and stop by themselves');
  schedule
    .command('show')
    .description("Show a workspace's schedule")
    .argument('<workspace>')
    .action(async (ref: string, _flags: unknown, command: Command) => {
      const workspace = await findWorkspace(clientOf(command), ref);
      const row = [
        workspace.name,
        workspace.autostart_schedule ?? 'by hand',
        workspace.next_start_at ?? '',
        workspace.ttl_ms ? duration(workspace.ttl_ms) : 'never',
        workspace.latest_build.deadline ?? '',
      ];
      console.log(renderTable(['workspace', 'starts at', 'starts next', 'stops after', 'stops next'], [row]));
    });
  schedule
    .command('start')
    .description('Set or clear the autostart, for example: schedule start web Mon-Fri 9:30AM Europe/Berlin')
    .argument('<workspace>')
    .argument('<schedule...>', '"manual", or [days] time [zone], or cron')
    .action(async (ref: string, words: string[], _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const text = words.join(' ');
      const value = text === 'manual' ? null : parseSchedule(text);
      await client.workspaces.updateAutostart({ workspace: workspace.id, schedule: value });
      console.log(
        value === null ? `${workspace.name} starts by hand only.` : `${workspace.name} starts at ${value}.`,
      );
    });
  schedule
    .command('stop')
    .description('Set or clear the autostop, for example: schedule stop web 8h')
    .argument('<workspace>')
    .argument('<duration>', '"manual", or a length of time')
    .action(async (ref: string, text: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const ttl = text === 'manual' ? null : durationArgument(text);
      await client.workspaces.updateTtl({ workspace: workspace.id, ttl_ms: ttl });
      console.log(
        ttl === null
          ? `${workspace.name} is not stopped by itself.`
          : `${workspace.name} stops after ${text}.`,
      );
    });
  schedule
    .command('extend')
    .alias('override-stop')
    .description('Move the end of a running workspace, for example: schedule extend web 2h')
    .argument('<workspace>')
    .argument('<duration>', 'from now')
    .action(async (ref: string, text: string, _flags: unknown, command: Command) => {
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const deadline = new Date(Date.now() + durationArgument(text)).toISOString();
      const { message } = await client.workspaces.extend({ workspace: workspace.id, deadline });
      console.log(message);
    });
  return schedule;
}
