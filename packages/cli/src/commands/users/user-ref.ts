import { type ApiClient, ApiError, type User } from '@coder/api';
import { CliError } from '../../cli-error.ts';

/** What a user may type for a user. */
export const userArgument = ['<user>', 'username, id, or "me"'] as const;

/** Finds a user by what was typed; the error names some that there are. */
export async function findUser(client: ApiClient, ref: string): Promise<User> {
  try {
    return await client.users.get({ user: ref });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    // Who may see others is told of them; who may not, only that there is nobody.
    const { users } = await client.users.list({ limit: 20 }).catch(() => ({ users: [] }));
    const have = users.map((user) => user.username).join(', ');
    throw new CliError(
      have === ''
        ? `No user "${ref}" that you can see. "coder whoami" shows who you are.`
        : `No user "${ref}". There are: ${have}. "coder users list" shows all.`,
    );
  }
}
