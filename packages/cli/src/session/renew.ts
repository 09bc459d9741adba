import { ApiError, errorFromBody } from '@coder/api';
import { oauthServerOf } from './oauth-server.ts';
import type { RenewableLogin } from './stored-login.ts';

/** What the token endpoint answers, as far as it matters here. */
export type TokenAnswer = { access_token: string; refresh_token?: string; expires_in?: number };

/** A token is renewed this long before it ends, so that a request does not end on its way. */
const MARGIN_MS = 60_000;

/** What is to be kept of a token endpoint's answer. */
export function renewableLogin(
  url: string,
  answer: TokenAnswer,
  before: Pick<RenewableLogin, 'access_token' | 'refresh_token'>,
  now: number,
): RenewableLogin {
  const lifetime = (answer.expires_in ?? 3600) * 1000;
  return {
    url,
    access_token: answer.access_token,
    replaced: before.access_token,
    refresh_token: answer.refresh_token ?? before.refresh_token,
    // Of a short life, most is to be used too.
    renew_at: now + lifetime - Math.min(MARGIN_MS, lifetime / 5),
  };
}

/** Asks the deployment for a new access token. Each refresh token is good for one use. */
export async function renewLogin(login: RenewableLogin, now: () => number): Promise<RenewableLogin> {
  const { oauth, server, client, auth, options } = await oauthServerOf(login.url);
  const response = await oauth.refreshTokenGrantRequest(server, client, auth, login.refresh_token, options());
  if (!response.ok && response.status !== 400) {
    throw errorFromBody(response.status, await response.json().catch(() => undefined));
  }
  try {
    const answer = await oauth.processRefreshTokenResponse(server, client, response);
    return renewableLogin(login.url, answer, login, now());
  } catch (cause) {
    if (!(cause instanceof oauth.ResponseBodyError)) throw cause;
    throw new ApiError('UNAUTHENTICATED', {
      message: `Your sign-in at ${login.url} is over: its time has ended, or it was disconnected there.`,
      cause,
    });
  }
}
