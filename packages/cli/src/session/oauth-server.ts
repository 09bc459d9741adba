import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi';

/** How long one request to the authorization server may take, in milliseconds. */
export const OAUTH_TIMEOUT_MS = 20_000;

/** The application that every deployment has for its command line. It has no secret: whoever holds the code decides nothing. */
const client: Client = { client_id: 'coder-cli' };

/**
 * The authorization server of a deployment, at the address the user knows it by: what it says of itself is its access URL,
 * which need not be reachable from here.
 */
export async function oauthServerOf(url: string) {
  // Few commands need it, and all others should start without it.
  const oauth = await import('oauth4webapi');
  const server: AuthorizationServer = {
    issuer: url,
    token_endpoint: `${url}/oauth2/tokens`,
    device_authorization_endpoint: `${url}/oauth2/device_authorization`,
    revocation_endpoint: `${url}/oauth2/revoke`,
  };
  const auth: ClientAuth = oauth.None();
  const options = () => ({
    // A deployment on this machine has no certificate; where the token goes is for the user to say.
    [oauth.allowInsecureRequests]: true,
    signal: AbortSignal.timeout(OAUTH_TIMEOUT_MS),
    headers: { 'user-agent': 'coder-cli' },
  });
  return { oauth, server, client, auth, options };
}
