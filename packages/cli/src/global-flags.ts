import { type Command, Option } from 'commander';

/** Adds the flags every command takes; they may stand before a command and behind it. */
export function addGlobalFlags(command: Command, hidden: boolean): void {
  const flags: [string, string][] = [
    ['--url <url>', 'address of the deployment (CODER_URL)'],
    ['--token <token>', 'session token (CODER_SESSION_TOKEN)'],
    ['--global-config <folder>', 'where the session is kept (CODER_CONFIG_DIR)'],
  ];
  for (const [flag, description] of flags) command.addOption(new Option(flag, description).hideHelp(hidden));
}

/** The commands below this one that have no commands of their own. */
export function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length === 0 ? [child] : leavesOf(child)));
}
