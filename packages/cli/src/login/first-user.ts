import { confirm, isCancel } from '@clack/prompts';
import { type ApiClient, ApiError, NAME_PATTERN } from '@coder/api';
import { CliError } from '../cli-error.ts';
import { ask, askPassword } from './ask.ts';

export type FirstUserFlags = {
  firstUserEmail?: string;
  firstUserUsername?: string;
  firstUserPassword?: string;
  firstUserFullName?: string;
};

/** Whether anybody can sign in yet. */
export async function hasFirstUser(client: ApiClient): Promise<boolean> {
  try {
    await client.users.hasFirst();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** Creates the owner of a new deployment from flags, asking on a terminal for what is missing. */
export async function createFirstUser(
  client: ApiClient,
  flags: FirstUserFlags,
): Promise<{ email: string; password: string }> {
  if (flags.firstUserEmail === undefined || flags.firstUserPassword === undefined) {
    if (!process.stdin.isTTY) {
      throw new CliError(
        'This deployment has no user yet. Give --first-user-email, --first-user-username and --first-user-password, or CODER_FIRST_USER_EMAIL, CODER_FIRST_USER_USERNAME and CODER_FIRST_USER_PASSWORD. This is not a terminal, so they cannot be asked for.',
      );
    }
    const yes = await confirm({
      message: 'This deployment has no user yet. Create the first one, its owner?',
    });
    if (isCancel(yes) || !yes) throw new CliError('Nothing was created.');
  }
  const email =
    flags.firstUserEmail ??
    (await ask('Email:', (v) => (v.includes('@') ? undefined : 'must be an email address')));
  const username =
    flags.firstUserUsername ??
    (process.stdin.isTTY
      ? await ask('Username:', (v) =>
          NAME_PATTERN.test(v) ? undefined : 'letters, digits and single hyphens',
        )
      : (email.split('@')[0] ?? 'admin').replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  const password = flags.firstUserPassword ?? (await askPassword('Password (8 characters or more):'));
  await client.users.createFirst({ email, username, password, name: flags.firstUserFullName ?? '' });
  return { email, password };
}
