import {
  type Approval,
  approvalStatuses,
  approvalTitle,
  isMainArgument,
  orderedArguments,
  shownArgument,
  visibleLine,
} from '@coder/api';
import { Command, Option } from 'commander';
import { duration, type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';
import { askerOf, statusTexts } from './describe.ts';

type Flags = { status?: Approval['status']; user: string; all?: boolean; output: OutputFormat };

/** How long it can still be decided, or used. */
function left({ status, expires_at }: Approval): string {
  const ms = Date.parse(expires_at) - Date.now();
  return (status === 'pending' || status === 'approved') && ms > 0 ? duration(ms) : '';
}

/** Longer than this a row says that there is more. */
const SHOWN = 60;

/** What is asked, with the argument that says what is done; "coder approvals show" has all of it. */
function asked(approval: Approval): string {
  const title = approvalTitle(approval);
  const main = orderedArguments(approval.arguments).find(([name]) => isMainArgument(name));
  if (!main) return title;
  const text = visibleLine(shownArgument(main[1]));
  return `${title}: ${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}`;
}

/** `coder approvals list`. */
export function listSubcommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List what programs ask you to approve, what waits for you first')
    .addOption(new Option('--status <status>', 'only these').choices([...approvalStatuses]))
    .option('--user <user>', "another user's (owners)", 'me')
    .option('-a, --all', "every user's (owners)")
    .addOption(outputOption())
    .action(async (flags: Flags, command: Command) => {
      const { approvals } = await clientOf(command).approvals.list({
        status: flags.status,
        user: flags.all ? 'all' : flags.user,
        limit: 1000,
      });
      printList(
        flags.output,
        approvals,
        {
          id: (one) => one.id,
          asked,
          by: askerOf,
          ...(flags.all ? { user: (one) => one.username } : {}),
          status: (one) => statusTexts[one.status],
          left,
          from: (one) => one.ip,
          'asked at': (one) => one.created_at,
        },
        'Nothing waits for your approval.',
      );
    });
}
