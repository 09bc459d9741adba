import type { Actor } from './actor.ts';
import { ALLOW_ALL } from './allow-list.ts';

const loginsOfPeople: ReadonlySet<string> = new Set(['password', 'github', 'oidc']);

/** Whether a key is the session of a person who has signed in; a token, however strong, belongs to a program. */
export function isOwnSession({ key }: Actor): boolean {
  return loginsOfPeople.has(key.loginType) && key.permissions === 'all' && key.allowList.includes(ALLOW_ALL);
}
