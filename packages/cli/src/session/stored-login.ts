import { readConfigFile, removeConfigFile, writeConfigFile } from './config-folder.ts';

/** What a sign-in by device code leaves beside its token, so that it can be renewed. */
export type RenewableLogin = {
  /** The deployment that renews it. */
  url: string;
  access_token: string;
  /** The token before it: should the writer have been interrupted, the session file still holds that one. */
  replaced: string;
  refresh_token: string;
  /** From when on a new access token should be got, in milliseconds since 1970. */
  renew_at: number;
};

/** Keeps a sign-in in a configuration folder, in place of the one before. */
export function storeLogin(
  folder: string,
  login: { url: string; token: string; renewable?: RenewableLogin | undefined },
): void {
  if (login.renewable === undefined) removeConfigFile(folder, 'oauth.json');
  else writeConfigFile(folder, 'oauth.json', `${JSON.stringify(login.renewable, null, 2)}\n`);
  writeConfigFile(folder, 'url', login.url);
  writeConfigFile(folder, 'session', login.token);
}

/** Forgets who is signed in; the deployment's address stays, for the next sign-in. */
export function forgetLogin(folder: string): void {
  removeConfigFile(folder, 'session');
  removeConfigFile(folder, 'oauth.json');
}

/** How the stored session is renewed; undefined for a session that needs none, such as one by password. */
export function readRenewableLogin(folder: string): RenewableLogin | undefined {
  const login = parse(readConfigFile(folder, 'oauth.json'));
  const token = readConfigFile(folder, 'session');
  // Another program may have signed in since and know nothing of this file.
  return token !== undefined && (login?.access_token === token || login?.replaced === token)
    ? login
    : undefined;
}

function parse(text: string | undefined): RenewableLogin | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Record<keyof RenewableLogin, unknown>>;
    const { url, access_token, replaced, refresh_token, renew_at } = value;
    const complete =
      [url, access_token, replaced, refresh_token].every((part) => typeof part === 'string') &&
      typeof renew_at === 'number';
    return complete ? (value as RenewableLogin) : undefined;
  } catch {
    return undefined;
  }
}
