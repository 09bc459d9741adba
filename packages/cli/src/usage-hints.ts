import type { Command } from 'commander';

/** Makes a command and all below it say, behind what is wrong with the words that were typed, which would be right. */
export function addUsageHints(command: Command): void {
  for (const child of command.commands) addUsageHints(child);
  command.configureOutput({
    outputError: (text, write) => write(`${text}${usageHint(command, text)}`),
  });
}

/** Whole lines. Commander names the kind of an error by its first words only. */
function usageHint(command: Command, error: string): string {
  const help = command.createHelp();
  const usage = help.commandUsage(command);
  // One name of each command, so that the line can be typed: `list|ls` would be a pipe.
  const path = usage.slice(0, usage.search(/ [[<]|$/)).replaceAll(/\|\S+/g, '');
  const lines = [`See "${path} --help".`];
  if (/^error: (missing required argument|too many arguments)/.test(error)) lines.unshift(`Usage: ${usage}`);
  // The command itself has more below it than fit a line.
  if (error.startsWith('error: unknown command') && command.parent !== null) {
    const names = help
      .visibleCommands(command)
      .map((child) => child.name())
      .filter((name) => name !== 'help');
    lines.unshift(`There are: ${names.join(', ')}.`);
  }
  return `${lines.join('\n')}\n`;
}
