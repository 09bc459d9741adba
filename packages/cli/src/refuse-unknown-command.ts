import { nearest } from '@coder/api';
import type { Command } from 'commander';

/** Commander keeps to itself which command an argument of a group goes to when it names none. */
type WithDefault = Command & { _defaultCommandName?: string | null };

/** Makes groups of commands refuse to help with a command that they do not have, as they refuse to run it. */
export function refuseUnknownCommand(command: Command): void {
  for (const child of command.commands) refuseUnknownCommand(child);
  if (command.commands.length === 0 || (command as WithDefault)._defaultCommandName) return;
  command.addHelpText('before', () => {
    const [first, second] = command.args;
    const asked = first === 'help' ? second : first;
    if (asked === undefined || asked.startsWith('-')) return '';
    const known = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
    if (known.includes(asked)) return '';
    const guess = nearest(asked, known);
    return command.error(
      `error: unknown command '${asked}'${guess === undefined ? '' : `\n(Did you mean ${guess}?)`}`,
      { code: 'commander.unknownCommand' },
    );
  });
}
