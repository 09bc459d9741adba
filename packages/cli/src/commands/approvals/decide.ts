import { APPROVAL_LIFETIME_MS } from '@coder/api';
import { Command } from 'commander';
import { confirmed } from '../../output/confirmed.ts';
import { type OutputFormat, outputOption } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { findApproval } from './approval-ref.ts';
import { describeApproval } from './describe.ts';

const argument = ['<approval>', 'its id, or how that begins'] as const;

/** `coder approvals show`. */
export function showSubcommand(): Command {
  return new Command('show')
    .description('Show exactly what is asked, by whom and from where')
    .argument(...argument)
    .addOption(outputOption())
    .action(async (ref: string, flags: { output: OutputFormat }, command: Command) => {
      const approval = await findApproval(clientOf(command), ref);
      console.log(flags.output === 'json' ? JSON.stringify(approval, null, 2) : describeApproval(approval));
    });
}

/** `coder approvals approve`. */
export function approveSubcommand(): Command {
  return new Command('approve')
    .description('Let it happen: the same call, once')
    .argument(...argument)
    .option('-y, --yes', 'ask nothing')
    .addHelpText(
      'after',
      '\nIt takes a sign-in of your own by password; no token decides. See "coder approvals deny" too.',
    )
    .action(async (ref: string, flags: { yes?: boolean }, command: Command) => {
      const client = clientOf(command);
      const approval = await findApproval(client, ref);
      if (!flags.yes) console.error(`${describeApproval(approval)}\n`);
      await confirmed('Approve exactly this?', flags.yes);
      await client.approvals.approve({ approval: approval.id });
      console.log(
        `Approved. The same call goes through, once, within ${APPROVAL_LIFETIME_MS / 60_000} minutes.`,
      );
    });
}

/** `coder approvals deny`. */
export function denySubcommand(): Command {
  return new Command('deny')
    .description('Refuse it, or take back an approval that has not been used')
    .argument(...argument)
    .option('--reason <text>', 'why, which the program is told')
    .action(async (ref: string, flags: { reason?: string }, command: Command) => {
      const client = clientOf(command);
      const { id } = await findApproval(client, ref);
      await client.approvals.deny({ approval: id, reason: flags.reason });
      console.log('Denied.');
    });
}
