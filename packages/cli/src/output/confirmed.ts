import { confirm, isCancel } from '@clack/prompts';
import { CliError } from '../cli-error.ts';

/** What Enter alone answers. Yes is for what takes nothing away, where upstream's users are used to it. */
type Marked = 'yes' | 'no';

/**
 * Asks before something that cannot be taken back; Enter alone means no. Throws when the answer is no, or when nobody is
 * there to answer.
 */
export async function confirmed(
  question: string,
  yes: boolean | undefined,
  marked: Marked = 'no',
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new CliError(`${question} Say so with --yes.`);
  const answer = await confirm({ message: question, initialValue: marked === 'yes' });
  if (isCancel(answer) || !answer) throw new CliError('Nothing was done.', 130);
}

/** Asks before something that a script may do unasked: on a terminal only. Throws when the answer is no. */
export async function confirmedOnTerminal(
  question: string,
  yes: boolean | undefined,
  marked: Marked = 'no',
): Promise<void> {
  if (process.stdin.isTTY) await confirmed(question, yes, marked);
}
