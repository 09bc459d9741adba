import { ApiError, createApiClient } from '@coder/api';
import { readConfigFile } from '../session/config-folder.ts';
import { storedTokenSource } from '../session/token-source.ts';

/** Where the commands of this command line act: `ended` when its session is not one of the deployment at that address. */
export type SignIn =
  | { state: 'here' }
  | { state: 'none' }
  | { state: 'ended'; url: string }
  | { state: 'elsewhere'; url: string };

/** Looks whether the command line is signed in to the deployment that answers at these addresses. */
export async function lookAtSignIn(folder: string, addresses: readonly string[]): Promise<SignIn> {
  const url = readConfigFile(folder, 'url');
  if (url === undefined || readConfigFile(folder, 'session') === undefined) return { state: 'none' };
  if (!addresses.some((address) => sameAddress(address, url))) return { state: 'elsewhere', url };
  try {
    // Another deployment may have had the address before, and its session is no good here.
    const token = await storedTokenSource({ folder })();
    await createApiClient({ url, token }).users.get({ user: 'me' });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return { state: 'ended', url };
    // Whoever is refused for another reason is known there, a narrow token for example.
  }
  return { state: 'here' };
}

/** Whether two addresses lead to the same server: this machine has several names for itself. */
export function sameAddress(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const host = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname) ? 'localhost' : url.hostname;
  return `${url.protocol}//${host}:${url.port}${url.pathname.replace(/\/+$/, '')}`;
}
