import { Command } from 'commander';
import { clientOf } from '../../session/context.ts';

type Flags = { displayName?: string; description?: string; icon?: string };

/** `coder organizations create`. */
export function createSubcommand(): Command {
  return new Command('create')
    .description('Create an organization (owners)')
    .argument('<name>')
    .option('--display-name <name>', 'what users see')
    .option('--description <text>', 'what it is for')
    .option('--icon <address>', 'its picture')
    .option('-y, --yes', 'nothing is asked; taken for scripts written for upstream')
    .action(async (name: string, flags: Flags, command: Command) => {
      const made = await clientOf(command).organizations.create({
        name,
        display_name: flags.displayName,
        description: flags.description,
        icon: flags.icon,
      });
      console.log(`Created the organization ${made.name} (${made.id}).`);
    });
}
