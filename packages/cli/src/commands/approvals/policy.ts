import {
  type ApprovalClass,
  type ApprovalPolicy,
  approvalClasses,
  approvalClassTexts,
  nearest,
} from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { type OutputFormat, outputOption, printList } from '../../output/print.ts';
import { clientOf } from '../../session/context.ts';

function showSubcommand(): Command {
  return new Command('show')
    .description('Show for which actions a person must approve, and who demands it')
    .option('--user <user>', "another user's (owners)", 'me')
    .addOption(outputOption())
    .action(async (flags: { user: string; output: OutputFormat }, command: Command) => {
      const client = clientOf(command);
      const [deployment, user] = await Promise.all([
        client.approvals.getPolicy(),
        client.approvals.getUserPolicy({ user: flags.user }),
      ]);
      if (flags.output === 'json') {
        console.log(
          JSON.stringify(
            { deployment: deployment.classes, user: user.classes, effective: user.effective },
            null,
            2,
          ),
        );
        return;
      }
      const by = (kind: ApprovalClass, demands: ApprovalPolicy) =>
        demands.classes.includes(kind) ? 'yes' : '';
      printList(
        'table',
        approvalClasses,
        {
          class: (kind) => kind,
          approval: (kind) => (user.effective.includes(kind) ? 'needed' : ''),
          'by the deployment': (kind) => by(kind, deployment),
          'by the user': (kind) => by(kind, user),
          'that is': (kind) => approvalClassTexts[kind].description,
        },
        '',
      );
    });
}

/** Reads `delete,commands` or `none`. */
function classesOf(words: readonly string[]): ApprovalClass[] {
  const names = [...new Set(words.flatMap((word) => collectList(word)))];
  if (names.length === 1 && names[0] === 'none') return [];
  for (const name of names) {
    if (approvalClasses.some((known) => known === name)) continue;
    const near = nearest(name, approvalClasses);
    throw new CliError(
      `"${name}" is not a class of actions.${near === undefined ? '' : ` Did you mean ${near}?`} There are: ${approvalClasses.join(', ')}; or "none".`,
    );
  }
  return names as ApprovalClass[];
}

function setSubcommand(): Command {
  return new Command('set')
    .description('Say for which actions a person must approve, in place of what was said before')
    .argument('<classes...>', `${approvalClasses.join(', ')}, or none`)
    .option('--deployment', 'for every user (owners)')
    .option('--user <user>', 'for this user (owners)', 'me')
    .action(async (words: string[], flags: { deployment?: boolean; user: string }, command: Command) => {
      const client = clientOf(command);
      const classes = classesOf(words);
      const { effective } = flags.deployment
        ? await client.approvals.updatePolicy({ classes })
        : await client.approvals.updateUserPolicy({ user: flags.user, classes });
      console.log(
        effective.length === 0
          ? 'Nothing needs approval.'
          : `Approval is needed for: ${effective.join(', ')}.`,
      );
    });
}

/** `coder approvals policy`: what is demanded holds for programs, not for the person at the dashboard or this command. */
export function policySubcommand(): Command {
  return new Command('policy')
    .description('For which actions programs need your approval')
    .addCommand(showSubcommand(), { isDefault: true })
    .addCommand(setSubcommand());
}
