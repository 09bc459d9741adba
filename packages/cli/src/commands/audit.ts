import { Command } from 'commander';
import { exportSubcommand } from './audit/export.ts';
import { listSubcommand } from './audit/list.ts';

/** `coder audit`, for owners and auditors. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Read the audit log (owners and auditors)')
    .addCommand(listSubcommand())
    .addCommand(exportSubcommand());
}
