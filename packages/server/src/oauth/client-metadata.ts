import { isLoopback, redirectProblem } from './redirects.ts';

export type ClientMetadata = Record<string, unknown>;

/** The grants an application may register; `implicit` and `password` do not exist here. */
const grantTypes = new Set([
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
]);
const webFields = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'] as const;
/** What we read of a registration; everything else is left out. */
const knownFields = new Set([
  'client_id',
  'client_name',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'application_type',
  'contacts',
  'jwks',
  'jwks_uri',
  ...webFields,
]);
const texts = [
  'client_name',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'application_type',
  'jwks_uri',
];
const lists = ['grant_types', 'response_types', 'contacts'];
const mostRedirects = 10;
const longestName = 64;

/** What an application says about itself that cannot be taken; its `field` is told with it. */
export class BadClientMetadata extends Error {
  override readonly name = 'BadClientMetadata';
  readonly code: 'invalid_redirect_uri' | 'invalid_client_metadata';

  constructor(code: BadClientMetadata['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Brings what an application says about itself into the form that the authorization server checks.
 *
 * - `scope` is left out: clients put in what they were first told to ask for, and would be held to it for ever.
 * - Without `application_type`, an application with a redirect to this machine or to a scheme of its own is a native one; so
 *   a port that it chooses anew each time is ignored, as RFC 8252 wants it.
 * - Grants and fields that we do not know are left out, since most clients register for every server alike.
 * @throws {BadClientMetadata} for a redirect or an address that is refused
 */
export function normalizeClientMetadata(given: ClientMetadata): ClientMetadata {
  const metadata = Object.fromEntries(Object.entries(given).filter(([name]) => knownFields.has(name)));
  demandForms(metadata);
  const redirects = redirectsOf(metadata.redirect_uris);
  const web = webFields.filter((name) => metadata[name] !== undefined && metadata[name] !== null);
  for (const name of web) {
    const url = typeof metadata[name] === 'string' ? URL.parse(metadata[name]) : null;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
      throw new BadClientMetadata('invalid_client_metadata', `${name} must be an http or https URL`);
    }
  }
  if (typeof metadata.client_name === 'string') metadata.client_name = plainName(metadata.client_name);
  if (Array.isArray(metadata.grant_types)) {
    metadata.grant_types = metadata.grant_types.filter((type) => grantTypes.has(type as string));
  } else metadata.grant_types = ['authorization_code', 'refresh_token'];
  if (metadata.response_types === undefined) metadata.response_types = redirects.length > 0 ? ['code'] : [];
  if (metadata.application_type === undefined || redirects.some(isNative)) {
    metadata.application_type = redirects.some(isNative) ? 'native' : 'web';
  }
  return metadata;
}

/** Refuses values of another kind than their field has; what is null counts as not said. */
function demandForms(metadata: ClientMetadata): void {
  const demand = (name: string, what: string, isRight: (value: unknown) => boolean) => {
    if (metadata[name] === null) delete metadata[name];
    if (metadata[name] === undefined || isRight(metadata[name])) return;
    throw new BadClientMetadata('invalid_client_metadata', `${name} must be ${what}`);
  };
  const isText = (value: unknown) => typeof value === 'string';
  for (const name of texts) demand(name, 'text', isText);
  for (const name of lists) {
    demand(name, 'a list of texts', (value) => Array.isArray(value) && value.every(isText));
  }
  demand('jwks', 'a set of keys', (value) => Array.isArray((value as { keys?: unknown }).keys));
}

function redirectsOf(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > mostRedirects) {
    throw new BadClientMetadata(
      'invalid_redirect_uri',
      `redirect_uris must be a list of at most ${mostRedirects} URIs`,
    );
  }
  value.forEach((uri: unknown, index) => {
    const problem = typeof uri === 'string' ? redirectProblem(uri) : 'must be text';
    if (problem !== undefined) {
      throw new BadClientMetadata('invalid_redirect_uri', `redirect_uris[${index}] ${problem}`);
    }
  });
  return value as string[];
}

function isNative(uri: string): boolean {
  const url = new URL(uri);
  return isLoopback(url) || (url.protocol !== 'https:' && url.protocol !== 'http:');
}

/** A name in one line without characters that turn text round or hide it, so that it cannot pose as part of the page. */
export function plainName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > longestName ? `${plain.slice(0, longestName - 1)}…` : plain;
}
