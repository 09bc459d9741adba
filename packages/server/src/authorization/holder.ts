import type { Actor } from './actor.ts';

/** The login of the keys that an application is given for itself. */
export const APPLICATION_LOGIN = 'oauth2_provider_app';

/**
 * Whom a key stands for, where keys come and go: all that one connection of an application is given in turn are the same
 * holder. An API token is one of its own, also where an application has made it.
 */
export function holderOf({ key }: Actor): string {
  return key.application && key.loginType === APPLICATION_LOGIN
    ? `grant:${key.application.grantId}`
    : `key:${key.id}`;
}
