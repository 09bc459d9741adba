import { type ApiClient, SCOPE_ALL } from '@coder/api';
import { CliError } from '../cli-error.ts';
import { withProgress } from '../output/progress.ts';
import type { RenewableLogin } from '../session/stored-login.ts';
import { ask, askPassword } from './ask.ts';
import { deviceLogin } from './device-login.ts';
import { createFirstUser, type FirstUserFlags, hasFirstUser } from './first-user.ts';

export type LoginFlags = FirstUserFlags & { email?: string; password?: string; device?: boolean };

/** What a sign-in gives: a token, how it is renewed, and what it is limited to. */
export type Obtained = { token: string; renewable?: RenewableLogin; limits?: readonly string[] };

/**
 * Signs in with what the flags give: as the first user of a new deployment, by email and password, or by a code that is
 * allowed in a browser. On a terminal the browser comes first; where the deployment has no such sign-in, email and
 * password are asked for.
 */
export async function obtainLogin(client: ApiClient, url: string, flags: LoginFlags): Promise<Obtained> {
  if (!(await hasFirstUser(client))) {
    const made = await createFirstUser(client, flags);
    return passwordLogin(client, made.email, made.password);
  }
  const email = flags.email ?? flags.firstUserEmail;
  const password = flags.password ?? flags.firstUserPassword;
  if (flags.device || (email === undefined && process.stdin.isTTY)) {
    const signedIn = await byDevice(url);
    if (signedIn) return signedIn;
    if (flags.device) {
      throw new CliError(
        `${url} offers no sign-in by code: it needs the experiment "oauth2". Sign in with --email, or with --token.`,
      );
    }
  }
  if ((email === undefined || password === undefined) && !process.stdin.isTTY) {
    throw new CliError(
      `Sign in to ${url} with --device (it prints an address and a code to allow in any browser), --token, CODER_SESSION_TOKEN, or --email and --password. This is not a terminal, so nothing can be asked for.`,
    );
  }
  return passwordLogin(client, email ?? (await ask('Email:')), password ?? (await askPassword('Password:')));
}

async function passwordLogin(client: ApiClient, email: string, password: string): Promise<Obtained> {
  const { session_token } = await client.users.login({ email, password });
  return { token: session_token };
}

async function byDevice(url: string): Promise<Obtained | undefined> {
  const allowed = await withProgress(async (progress) => {
    try {
      const login = await deviceLogin(url, {
        show: ({ address, code, minutes }) => {
          progress.line(`Open ${address}`);
          progress.line(`and compare the code: ${code}`);
          progress.line(
            'What you mark there is what this command may do; "Everything you may do" is all of it.',
          );
          progress.step(`Waiting for you to allow it, ${minutes} minutes at most`);
        },
      });
      if (login) progress.succeed('Allowed');
      return login;
    } catch (error) {
      progress.fail('Not signed in');
      throw error;
    }
  });
  if (!allowed) return undefined;
  const { login, scopes } = allowed;
  return {
    token: login.access_token,
    renewable: login,
    ...(scopes.includes(SCOPE_ALL) ? {} : { limits: scopes }),
  };
}
