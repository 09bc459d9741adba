import type { ApiError } from '@coder/api';

/** Where a client that was refused finds out how to get a token (RFC 9728), below the deployment's access URL. */
export const PROTECTED_RESOURCE_PATH = '/.well-known/oauth-protected-resource';

/**
 * The WWW-Authenticate header of a refusal (RFC 6750), in upstream's words; undefined for an error that no other token would
 * change. `suggested` are the scopes that somebody without a token is told to ask for; who has one is told all that it
 * would need to hold.
 */
export function challengeFor(
  error: ApiError,
  resourceMetadata: string,
  suggested?: readonly string[],
): string | undefined {
  const because = reasonOf(error);
  if (!because) return undefined;
  const scopes = error.status === 401 ? suggested : error.scopes;
  const scope = scopes === undefined ? '' : `, scope="${scopes.join(' ')}"`;
  // Who has shown no token has made no error (RFC 6750, section 3.1).
  const errors = because === 'no token' ? '' : `, error="${because[0]}", error_description="${because[1]}"`;
  return `Bearer realm="coder"${errors}${scope}, resource_metadata="${resourceMetadata}"`;
}

function reasonOf(error: ApiError): [code: string, description: string] | 'no token' | undefined {
  if (error.code === 'INSUFFICIENT_SCOPE') {
    return ['insufficient_scope', 'The request requires higher privileges than provided by the access token'];
  }
  if (error.code !== 'UNAUTHENTICATED') return undefined;
  if (error.cause === undefined && /^$|carries no /.test(error.detail ?? '')) return 'no token';
  const text = `${error.message} ${error.detail ?? ''}`;
  // The sentence of every 401 says "expired" as well; only the detail tells whether it is so.
  if (/expired/.test(error.detail ?? '')) return ['invalid_token', 'The access token has expired'];
  if (/audience|mismatch/.test(text)) {
    return ['invalid_token', 'The access token audience does not match this resource'];
  }
  return ['invalid_token', 'The access token is invalid'];
}
