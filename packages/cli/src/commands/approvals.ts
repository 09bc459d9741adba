import { Command } from 'commander';
import { approveSubcommand, denySubcommand, showSubcommand } from './approvals/decide.ts';
import { listSubcommand } from './approvals/list.ts';
import { policySubcommand } from './approvals/policy.ts';

/** `coder approvals`: what programs ask a person to approve. */
export function approvalsCommand(): Command {
  return new Command('approvals')
    .alias('approval')
    .description('Approve or deny what programs ask for')
    .addCommand(listSubcommand())
    .addCommand(showSubcommand())
    .addCommand(approveSubcommand())
    .addCommand(denySubcommand())
    .addCommand(policySubcommand());
}
