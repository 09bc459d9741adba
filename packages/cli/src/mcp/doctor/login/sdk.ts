import type {
  AuthorizationServerMetadata,
  FetchLike,
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import { quote } from '../safe-text.ts';
import type { LoginWalk } from './login-walk.ts';

/** What the SDK wants to know about the server and the client. */
export function clientOf({ found }: LoginWalk): {
  metadata: AuthorizationServerMetadata;
  clientInformation: OAuthClientInformationMixed;
} {
  return {
    metadata: found.server?.document as AuthorizationServerMetadata,
    clientInformation: {
      client_id: found.registered?.clientId ?? '',
      ...(found.registered?.clientSecret === undefined
        ? {}
        : { client_secret: found.registered.clientSecret }),
    },
  };
}

/** Our bounded requests in the form that the SDK calls. */
export function sdkFetch({ http }: LoginWalk): FetchLike {
  return async (url, init) => {
    const exchange = await http.send(String(url), {
      method: init?.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(init?.body === undefined || init.body === null ? {} : { body: String(init.body) }),
    });
    if (!exchange.reached) throw new Error(exchange.what);
    const { status, headers, text } = exchange;
    return new Response(status === 204 ? null : text, { status, headers });
  };
}

export function keep(walk: LoginWalk, { access_token, refresh_token }: OAuthTokens): void {
  for (const secret of [access_token, refresh_token]) if (secret !== undefined) walk.secrets.add(secret);
  walk.granted = { ...walk.granted, accessToken: access_token, refreshToken: refresh_token };
}

/** What an error of the SDK says; it may hold the server's words. */
export const words = (error: unknown): string =>
  quote(error instanceof Error ? error.message : String(error));
