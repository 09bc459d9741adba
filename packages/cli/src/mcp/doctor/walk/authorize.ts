import { createHash, randomBytes } from 'node:crypto';
import type { Exchange } from '../http/http.ts';
import { textOf } from '../http/read-document.ts';
import { isHtml, objectOf } from '../http/refusal.ts';
import type { Walk } from './walk.ts';

/** Where a request for authorization has led. */
export type Outcome =
  /** A page for the user, to sign in and decide. */
  | { readonly kind: 'page'; readonly url: string; readonly exchange: Exchange }
  /** An error, sent to the client or shown to the user. */
  | {
      readonly kind: 'error';
      readonly error: string;
      readonly description: string;
      readonly iss: string | null;
      readonly toClient: boolean;
    }
  /** A code, though nobody has signed in. */
  | { readonly kind: 'code' }
  | { readonly kind: 'other'; readonly exchange: Exchange };

export type AuthorizeParameters = Record<string, string>;

export const newVerifier = (): string => randomBytes(32).toString('base64url');
export const challengeFor = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

/** The request that the client sends its user's browser with; `change` leaves out what it sets to nothing. */
export function authorizeUrl(walk: Walk, change: AuthorizeParameters = {}): string | undefined {
  const { found, client } = walk;
  const { server, resource, registered } = found;
  if (!server?.authorizationEndpoint || !resource || !registered) return undefined;
  const url = new URL(server.authorizationEndpoint);
  const parameters: AuthorizeParameters = {
    response_type: 'code',
    client_id: registered.clientId,
    redirect_uri: client.redirectUri(server),
    state: randomBytes(16).toString('base64url'),
    code_challenge: challengeFor(newVerifier()),
    code_challenge_method: 'S256',
    resource: resource.resource,
    scope: resource.scope ?? '',
    ...change,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== '') url.searchParams.set(name, value);
  return url.href;
}

/** Asks for authorization as a browser in which nobody is signed in. */
export async function askAuthorization(walk: Walk, url: string): Promise<Outcome> {
  const exchange = await walk.http.send(url, { headers: { accept: 'text/html' } });
  if (!exchange.reached) return { kind: 'other', exchange };
  if (exchange.status >= 300 && exchange.status < 400) {
    const to = URL.parse(exchange.headers.get('location') ?? '', url);
    if (!to) return { kind: 'other', exchange };
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
    if (!to.href.startsWith(redirectUri)) return { kind: 'page', url: to.href, exchange };
    if (to.searchParams.has('code')) return { kind: 'code' };
    return {
      kind: 'error',
      error: to.searchParams.get('error') ?? 'none',
      description: to.searchParams.get('error_description') ?? '',
      iss: to.searchParams.get('iss'),
      toClient: true,
    };
  }
  const body = objectOf(exchange);
  const error = textOf(body?.error);
  if (error !== undefined) {
    const description = textOf(body?.error_description) ?? '';
    return { kind: 'error', error, description, iss: null, toClient: false };
  }
  if (exchange.status === 200 && isHtml(exchange)) return { kind: 'page', url, exchange };
  return { kind: 'other', exchange };
}
