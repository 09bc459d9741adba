import { MCP_PATH } from '@coder/api';

/** The paths of the authorization server, below the access URL. They are upstream's. */
export const paths = {
  authorize: '/oauth2/authorize',
  token: '/oauth2/tokens',
  revoke: '/oauth2/revoke',
  register: '/oauth2/register',
  clients: '/oauth2/clients',
  deviceAuthorization: '/oauth2/device_authorization',
  jwks: '/oauth2/jwks',
  /** Pages of the dashboard. */
  interaction: '/oauth2/interaction',
  device: '/device',
} as const;

/** The two addresses a token may be for: that of MCP, which a token is for unless its client says otherwise, and the bare one. */
export type Resources = { readonly mcp: string; readonly deployment: string };

/** `accessUrl` is without a slash at the end. */
export function resourcesOf(accessUrl: string): Resources {
  return { mcp: `${accessUrl}${MCP_PATH}`, deployment: accessUrl };
}

/**
 * One of our resources in the form we write it, from any form that means the same: upper case in scheme and host, a default
 * port, dot segments, a slash at the end, the query that chooses a toolset. Undefined for everything else.
 */
export function canonicalResource(resources: Resources, asked: string): string | undefined {
  const url = URL.parse(asked);
  if (!url || asked.includes('#') || url.username !== '' || url.password !== '') return undefined;
  const plain = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return [resources.mcp, resources.deployment].find((known) => normal(known) === plain);
}

function normal(known: string): string {
  const url = new URL(known);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
