import type { ApiClient } from '@coder/api';
import { Command } from 'commander';
import { type OutputFormat, outputOption, printList } from '../output/print.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace } from '../workspace-ref.ts';
import { named, refuseNobody, type Targets, targetOptions, wantedShares } from './sharing/share-target.ts';

type Flags = Targets & { output: OutputFormat };

const argument = ['<workspace>', 'name, or owner/name'] as const;
const SHARE = 'name[:role]';

/** Prints with whom a workspace is shared, a row for each user and group, in upstream's columns. */
async function printShares(client: ApiClient, workspace: { id: string; name: string }, format: OutputFormat) {
  const { users, groups } = await client.workspaces.getAcl({ workspace: workspace.id });
  const rows = [
    ...users.map(({ username, role }) => ({ user: username, group: '-', role })),
    ...groups.map(({ name, role }) => ({ user: '-', group: name, role })),
  ];
  printList(
    format,
    rows,
    { user: (row) => row.user, group: (row) => row.group, role: (row) => row.role },
    `${workspace.name} is shared with nobody.`,
  );
}

function addSubcommand(): Command {
  const command = new Command('add')
    .alias('share')
    .description('Share a workspace with users and groups, or change as what it is shared')
    .argument(...argument);
  for (const option of targetOptions(SHARE)) command.addOption(option);
  return command
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nThe role is "use" (see, start, stop and work inside) unless "admin" is said (also change it, and with whom it is shared).\n\nExample:\n  $ coder sharing add web --user ann,ben:admin --group dev',
    )
    .action(async (ref: string, flags: Flags) => {
      refuseNobody(flags, SHARE);
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const shares = await wantedShares(client, workspace, flags);
      await client.workspaces.updateAcl({ workspace: workspace.id, ...shares });
      await printShares(client, workspace, flags.output);
    });
}

function removeSubcommand(): Command {
  const command = new Command('remove')
    .alias('unshare')
    .alias('rm')
    .description('End the sharing of a workspace with users and groups')
    .argument(...argument);
  for (const option of targetOptions('name')) command.addOption(option);
  return command.addOption(outputOption()).action(async (ref: string, flags: Flags) => {
    refuseNobody(flags, 'name');
    const client = clientOf(command);
    const workspace = await findWorkspace(client, ref);
    const { users, groups } = await client.workspaces.getAcl({ workspace: workspace.id });
    const sharing = users.map(({ id, username }) => ({ id, name: username }));
    const ended = (all: readonly { id: string; name: string }[], refs: readonly string[], kind: string) =>
      Object.fromEntries(
        refs.map((one) => {
          const nobody = `${workspace.name} is not shared with the ${kind} "${one}".`;
          return [named(all, one, nobody).id, '' as const];
        }),
      );
    await client.workspaces.updateAcl({
      workspace: workspace.id,
      user_roles: ended(sharing, flags.user, 'user'),
      group_roles: ended(groups, flags.group, 'group'),
    });
    await printShares(client, workspace, flags.output);
  });
}

function statusSubcommand(): Command {
  return new Command('status')
    .alias('list')
    .description('List with whom a workspace is shared, and as what')
    .argument(...argument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      await printShares(client, await findWorkspace(client, ref), flags.output);
    });
}

/** `coder sharing`. */
export function sharingCommand(): Command {
  return new Command('sharing')
    .alias('share')
    .description('Share workspaces with users and groups')
    .addCommand(addSubcommand())
    .addCommand(removeSubcommand())
    .addCommand(statusSubcommand());
}
