import { Command } from 'commander';
import { exitOverride } from './exit-override.ts';
import { addGlobalFlags, leavesOf } from './global-flags.ts';
import { refuseUnknownCommand } from './refuse-unknown-command.ts';
import { addUsageHints } from './usage-hints.ts';

const loaders = new WeakMap<Command, () => Promise<Command>>();

/** The command itself; of one that is loaded when it is called, the loaded one. */
export async function loadedCommand(command: Command): Promise<Command> {
  return (await loaders.get(command)?.()) ?? command;
}

/**
 * A command whose code is loaded only when it is called: the server is large, and listing workspaces must not wait for
 * it. The real command reads the arguments and prints its own help.
 */
export function lazyCommand(name: string, description: string, load: () => Promise<Command>): Command {
  const shell = new Command(name)
    .description(description)
    .argument('[flags...]')
    .usage('[flags]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async () => {
      const command = await load();
      // In the place of its shell it inherits the flags that every command takes.
      command.parent = shell.parent;
      exitOverride(command);
      refuseUnknownCommand(command);
      addUsageHints(command);
      for (const leaf of leavesOf(command)) addGlobalFlags(leaf, true);
      await command.parseAsync(shell.args, { from: 'user' });
    });
  loaders.set(shell, load);
  return shell;
}
