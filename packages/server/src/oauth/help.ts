import { paths } from './addresses.ts';

const needed = [
  'response_type',
  'client_id',
  'redirect_uri',
  'code_challenge',
  'code_challenge_method',
] as const;

/**
 * The answer to whoever tries the authorization endpoint by hand (`curl -X POST …/oauth2/authorize`): that the server is
 * there, what such a request needs, and where it goes.
 */
export function authorizeHelp(accessUrl: string): Response {
  return Response.json(
    {
      error: 'invalid_request',
      error_description: 'An authorization begins with a GET in a browser.',
      message: 'The authorization server is here, but an authorization begins in a browser.',
      detail: `Open ${accessUrl}${paths.authorize} with the query parameters response_type=code, client_id, redirect_uri, code_challenge and code_challenge_method=S256. MCP clients do this by themselves when they are given the address of the MCP endpoint.`,
      validations: needed.map((field) => ({ field, detail: 'is required' })),
      authorization_endpoint: `${accessUrl}${paths.authorize}`,
      token_endpoint: `${accessUrl}${paths.token}`,
      registration_endpoint: `${accessUrl}${paths.register}`,
      metadata: `${accessUrl}/.well-known/oauth-authorization-server`,
      resource_metadata: `${accessUrl}/.well-known/oauth-protected-resource/api/experimental/mcp/http`,
    },
    { status: 400, headers: { 'Cache-Control': 'no-store' } },
  );
}
