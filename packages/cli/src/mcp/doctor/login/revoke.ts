import { said } from '../http/refusal.ts';
import { ok, type Verdict, warning } from '../report.ts';
import type { LoginWalk } from './login-walk.ts';

/** Ends what was granted (RFC 7009); with the refresh token the access token ends too. */
export async function revoke({ http, found, granted }: LoginWalk): Promise<Verdict[]> {
  const token = granted.refreshToken ?? granted.accessToken;
  if (token === undefined) return [];
  const stays = (why: string) =>
    warning(
      `The token that this check got could not be ended: ${why}.`,
      'Run coder oauth2-provider connections revoke "Coder MCP doctor".',
    );
  const endpoint = found.server?.revocationEndpoint;
  if (endpoint === undefined) return [stays('the server names no revocation_endpoint')];
  const { clientId = '', clientSecret } = found.registered ?? {};
  const exchange = await http.send(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      token,
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    }).toString(),
    always: true,
  });
  if (!exchange.reached) return [stays(exchange.what)];
  return exchange.status === 200 ? [ok('the token is ended')] : [stays(said(exchange))];
}
