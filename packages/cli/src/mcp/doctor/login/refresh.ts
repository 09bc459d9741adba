import { refreshAuthorization } from '@modelcontextprotocol/client';
import { ok, problem, type Verdict, warning } from '../report.ts';
import type { LoginWalk } from './login-walk.ts';
import { clientOf, keep, sdkFetch, words } from './sdk.ts';

/** Renews the token, as clients do every hour. */
export async function checkRefresh(walk: LoginWalk): Promise<Verdict[]> {
  const { refreshToken } = walk.granted;
  const { resource, server } = walk.found;
  if (refreshToken === undefined || !resource || !server) return [];
  try {
    const tokens = await refreshAuthorization(server.issuer, {
      ...clientOf(walk),
      refreshToken,
      resource: resource.resource,
      fetchFn: sdkFetch(walk),
    });
    keep(walk, tokens);
    if (tokens.refresh_token !== refreshToken)
      return [ok('the token was renewed, and its refresh token changed')];
    return [
      warning(
        'The token was renewed with the same refresh token, so one that is stolen would not be noticed.',
        'Update the server.',
      ),
    ];
  } catch (error) {
    if (walk.stopped.aborted) throw error;
    return [problem(`The token was not renewed: ${words(error)}.`, 'Look into the log of the server.')];
  }
}
