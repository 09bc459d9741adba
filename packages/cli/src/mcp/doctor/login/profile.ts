import type { ClientProfile } from '../clients/index.ts';

/** This command as a client of its own: a native one that anybody may register. */
export const profileFor = (redirectUri: string): ClientProfile => ({
  id: 'coder',
  name: 'this command',
  cloud: undefined,
  resource: 'covers',
  redirectUri: () => redirectUri,
  registration: () => ({
    client_name: 'Coder MCP doctor',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }),
  byHand: { redirects: [redirectUri], after: 'use --token instead of --login' },
  judgeTools: () => [],
});
