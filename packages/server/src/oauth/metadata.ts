import { type OAuth2Settings, publicScopes, suggestedScopes } from '@coder/api';
import { paths, type Resources } from './addresses.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** What clients read about the authorization server (RFC 8414, and the fields that OpenID Connect discovery wants as well). */
export function serverMetadata(accessUrl: string, settings: OAuth2Settings): Record<string, unknown> {
  const at = (path: string) => `${accessUrl}${path}`;
  return {
    issuer: accessUrl,
    authorization_endpoint: at(paths.authorize),
    token_endpoint: at(paths.token),
    // With an initial access token a client can register too, but none that comes by the address alone.
    ...(settings.dynamic_client_registration === 'off' ? {} : { registration_endpoint: at(paths.register) }),
    revocation_endpoint: at(paths.revoke),
    device_authorization_endpoint: at(paths.deviceAuthorization),
    jwks_uri: at(paths.jwks),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', deviceGrant],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: publicScopes,
    token_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
    revocation_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: settings.client_id_metadata_documents_enabled,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

/** What clients read about a resource (RFC 9728): the MCP endpoint or the whole deployment. */
export function resourceMetadata(accessUrl: string, resource: string): Record<string, unknown> {
  return {
    resource,
    authorization_servers: [accessUrl],
    scopes_supported: suggestedScopes,
    bearer_methods_supported: ['header'],
    resource_name: 'Coder',
  };
}

/**
 * Which resource a protected-resource document is asked for, by what follows its well-known path: nothing or a slash for the
 * deployment, the path of the MCP endpoint for that. Anything else is not a resource here.
 */
export function resourceOfSuffix(resources: Resources, suffix: string): string | undefined {
  const path = suffix.replace(/\/+$/, '');
  if (path === '') return resources.deployment;
  return `${resources.deployment}${path}` === resources.mcp ? resources.mcp : undefined;
}
