import { ApiError } from '@coder/api';
import { readConfigFile, writeConfigFile } from './config-folder.ts';
import { renewLogin } from './renew.ts';
import { takeTurn } from './renewal-turn.ts';
import { type RenewableLogin, readRenewableLogin } from './stored-login.ts';

/** Gives the token to send with the next request. */
export type TokenSource = () => Promise<string>;

type Options = {
  folder: string;
  now?: () => number;
  renew?: typeof renewLogin;
};

/**
 * The stored session, read anew for each request, so that a program that runs for days follows a later sign-in and what
 * other processes have renewed. A session that can be renewed is, a minute before it ends.
 */
export function storedTokenSource({ folder, now = Date.now, renew = renewLogin }: Options): TokenSource {
  const url = readConfigFile(folder, 'url');
  let last = readConfigFile(folder, 'session') ?? '';
  let renewing: Promise<void> | undefined;

  async function renewStored(login: RenewableLogin): Promise<void> {
    const isDone = () => readRenewableLogin(folder)?.access_token !== login.access_token;
    await takeTurn(folder, login.refresh_token, isDone, async () => {
      const fresh = await renew(login, now);
      // In this order: whoever is interrupted between the two is understood by `replaced`.
      writeConfigFile(folder, 'oauth.json', `${JSON.stringify(fresh, null, 2)}\n`);
      writeConfigFile(folder, 'session', fresh.access_token);
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.path === undefined) throw error;
      throw new ApiError('UNAUTHENTICATED', {
        message: `Your sign-in must be renewed, but ${folder} cannot be written to (${error.code}).`,
        detail: 'Make it writable, or give another folder with --global-config.',
        cause: error,
      });
    });
  }

  return async () => {
    // A later sign-in to another deployment is none of ours: its token would go to the wrong one.
    if (readConfigFile(folder, 'url') !== url) return last;
    const login = readRenewableLogin(folder);
    if (login && login.renew_at <= now()) {
      renewing ??= renewStored(login).finally(() => {
        renewing = undefined;
      });
      await renewing;
    }
    last = readRenewableLogin(folder)?.access_token ?? readConfigFile(folder, 'session') ?? last;
    return last;
  };
}
