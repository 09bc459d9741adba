import { Command } from 'commander';
import { exportSubcommand } from './audit/export.ts';
import { listSubcommand } from './audit/list.ts';

/** `coder audit`: for owners and auditors, and for everybody what is their own. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Read what has been done (owners and auditors; your own with --mine)')
    .addCommand(listSubcommand())
    .addCommand(exportSubcommand());
}
