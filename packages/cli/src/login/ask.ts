import { isCancel, password as passwordPrompt, text } from '@clack/prompts';
import { CliError } from '../cli-error.ts';

/** Asks for a line on the terminal. Throws when the user cancels. */
export async function ask(message: string, check?: (value: string) => string | undefined): Promise<string> {
  const answer = await text({ message, validate: (value) => check?.(value ?? '') });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return answer;
}

/** Asks for a password, which is not shown. */
export async function askPassword(message: string): Promise<string> {
  const answer = await passwordPrompt({ message });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return answer;
}
