import { exchangeAuthorization } from '@modelcontextprotocol/client';
import { ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import type { LoginWalk } from './login-walk.ts';
import { clientOf, keep, sdkFetch, words } from './sdk.ts';

/** Changes the code for a token, as the MCP SDK does it: who it is from is checked first. */
export async function checkExchange(walk: LoginWalk): Promise<Verdict[]> {
  const { code, verifier, iss } = walk.granted;
  const { resource, server } = walk.found;
  if (code === undefined || verifier === undefined || !resource || !server) return [];
  try {
    const tokens = await exchangeAuthorization(server.issuer, {
      ...clientOf(walk),
      authorizationCode: code,
      ...(iss === undefined ? {} : { iss }),
      codeVerifier: verifier,
      redirectUri: walk.callback.redirectUri,
      resource: resource.resource,
      fetchFn: sdkFetch(walk),
    });
    keep(walk, tokens);
    const verdicts = [ok(`a token for ${quote(tokens.scope ?? 'everything that was asked for')}`)];
    if (tokens.refresh_token === undefined) {
      verdicts.push(
        warning('No refresh token came with it, so users sign in again when it ends.', 'Update the server.'),
      );
    }
    if (tokens.expires_in === undefined) {
      verdicts.push(warning('The token does not say when it ends (expires_in).', 'Update the server.'));
    }
    return verdicts;
  } catch (error) {
    if (walk.stopped.aborted) throw error;
    return [
      problem(`The code was not changed for a token: ${words(error)}.`, 'Look into the log of the server.'),
    ];
  }
}
