import {
  type Approval,
  approvalOutcome,
  approvalTitle,
  orderedArguments,
  shownArgument,
  visibleLine,
} from '@coder/api';
import { renderDetails } from '../../output/details.ts';
import { exactLines } from '../../output/exact.ts';

/** What each status means, for the person who decides. */
export const statusTexts: Record<Approval['status'], string> = {
  pending: 'waits for a decision',
  approved: 'approved, not used yet',
  denied: 'denied',
  used: 'approved and done',
  expired: 'over',
};

/** Who asks: the application by the name it gave itself, or the token by the name its user gave it. */
export function askerOf({ application, token_name: token }: Approval): string {
  if (application) return `the application ${visibleLine(application.name)}`;
  return token === null || token === ''
    ? "a program with the user's session"
    : `the token ${visibleLine(token)}`;
}

/** A value under its name, set off from what we say ourselves, so that no value can pose as a line of ours. */
function block(name: string, text: string): string {
  return [`${visibleLine(name)}:`, ...exactLines(text).map((line) => `  | ${line}`)].join('\n');
}

/** Everything that is known of a request, for a person to decide. */
export function describeApproval(approval: Approval): string {
  const { facts, tool } = approval;
  return [
    `${approvalTitle(approval)}\n${approvalOutcome(approval)}`,
    ...orderedArguments(approval.arguments).map(([name, value]) => block(name, shownArgument(value))),
    renderDetails([
      ['Status', statusTexts[approval.status]],
      ['Who', askerOf(approval)],
      ['For', approval.username],
      ...facts.map(({ name, value }): [string, string[]] => [visibleLine(name), exactLines(value)]),
      [
        'How',
        `${approval.via === 'mcp' ? 'MCP' : 'REST API'}${tool === null ? '' : `, tool ${visibleLine(tool)}`}`,
      ],
      ['Route', approval.route],
      ['Address', approval.ip],
      ['Program', visibleLine(approval.user_agent)],
      ['Asked', approval.created_at],
      [approval.status === 'expired' ? 'Over since' : 'Until', approval.expires_at],
      ['Decided', approval.decided_at ? `${approval.decided_at} by ${approval.decided_by ?? ''}` : ''],
      ['Reason', exactLines(approval.reason)],
      ['Done', approval.used_at ?? ''],
      ['Id', approval.id],
    ]),
  ].join('\n\n');
}
