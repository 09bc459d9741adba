import type { Option } from '../option.ts';
import { list, text, url } from '../option-kinds.ts';

const github = 'Login / GitHub';

/** The sign-in by GitHub. */
export const githubOptions = {
  githubClientId: text({
    flag: 'oauth2-github-client-id',
    yaml: ['oauth2.github.clientID', 'oauth2.github.client_id'],
    group: github,
    description: 'The client id of the GitHub application that users sign in through.',
  }),
  githubClientSecret: text({
    flag: 'oauth2-github-client-secret',
    yaml: ['oauth2.github.clientSecret', 'oauth2.github.client_secret'],
    group: github,
    secret: true,
    description: 'Its client secret.',
  }),
  githubRedirectUrl: url({
    flag: 'oauth2-github-redirect-url',
    path: true,
    yaml: ['oauth2.github.redirectURL', 'oauth2.github.redirect_url'],
    group: github,
    defaultText: '<access-url>/api/v2/users/oauth2/github/callback',
    description: 'Where GitHub sends users back to.',
  }),
  githubScopes: list({
    flag: 'oauth2-github-scopes',
    yaml: 'oauth2.github.scopes',
    group: github,
    default: ['read:user', 'read:org', 'user:email'],
    description: 'What the server asks GitHub for.',
  }),
} as const satisfies Record<string, Option<unknown>>;
