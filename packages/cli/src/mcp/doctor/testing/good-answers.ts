import { createHash } from 'node:crypto';
import { MCP_PATH } from '@coder/api';
import { answerRpc } from './good-mcp.ts';
import { html, json, type Reply, redirect, type Seen } from './replies.ts';

/** What it remembers. */
export type Memory = {
  readonly accessUrl: string;
  readonly token: string;
  readonly clients: Map<string, { redirects: readonly string[]; management: string }>;
};

/** A deployment at which nothing is wrong, as far as a client sees it from outside. */
export function goodAnswer(seen: Seen, memory: Memory): Reply {
  const { method, path } = seen;
  const { accessUrl } = memory;
  if (path === '/api/v2/buildinfo') return json({ version: 'v1.2.3', dashboard_url: accessUrl });
  if (path === '/healthz') return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };
  if (path.replace(/\/$/, '') === MCP_PATH) return withCors(seen, endpoint(seen, memory));
  if (path === '/.well-known/oauth-protected-resource') return json(resource(accessUrl, accessUrl));
  if (path === `/.well-known/oauth-protected-resource${MCP_PATH}`) {
    return json(resource(accessUrl, `${accessUrl}${MCP_PATH}`));
  }
  if (path === '/.well-known/oauth-authorization-server') return json(server(accessUrl));
  if (path === '/oauth2/register' && method === 'POST') return register(seen, memory);
  if (path.startsWith('/oauth2/clients/') && method === 'DELETE') return forget(seen, memory);
  if (path === '/oauth2/authorize') return authorize(seen, memory);
  if (path.startsWith('/oauth2/interaction/')) return html('Sign in');
  if (path === '/oauth2/tokens' && method === 'POST') return refuseToken(seen, memory);
  return json({ message: 'Route not found.', code: 'NOT_FOUND' }, 404);
}

const resource = (accessUrl: string, of: string) => ({
  resource: of,
  authorization_servers: [accessUrl],
  scopes_supported: ['coder:workspaces.operate'],
});

const server = (accessUrl: string) => ({
  issuer: accessUrl,
  authorization_endpoint: `${accessUrl}/oauth2/authorize`,
  token_endpoint: `${accessUrl}/oauth2/tokens`,
  registration_endpoint: `${accessUrl}/oauth2/register`,
  revocation_endpoint: `${accessUrl}/oauth2/revoke`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
  authorization_response_iss_parameter_supported: true,
  client_id_metadata_document_supported: true,
});

function withCors({ headers }: Seen, reply: Reply): Reply {
  const origin = headers.get('origin');
  if (origin === null) return reply;
  const cors = {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'Authorization,Content-Type,MCP-Protocol-Version,Mcp-Method,Mcp-Name',
    'access-control-expose-headers': 'WWW-Authenticate',
  };
  return { ...reply, headers: { ...reply.headers, ...cors } };
}

function endpoint(seen: Seen, memory: Memory): Reply {
  if (seen.method === 'OPTIONS') return { status: 204, headers: {}, body: '' };
  const shown =
    seen.headers.get('authorization')?.replace(/^Bearer /, '') ?? seen.headers.get('coder-session-token');
  const metadata = `${memory.accessUrl}/.well-known/oauth-protected-resource${MCP_PATH}`;
  const challenge = { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${metadata}"` };
  if (shown === null && seen.method === 'HEAD') return { status: 200, headers: challenge, body: '' };
  if (shown !== memory.token) {
    return json({ message: 'You are signed out.', code: 'UNAUTHENTICATED' }, 401, challenge);
  }
  if (seen.method === 'GET') return json({ message: 'Method not allowed.' }, 405, { allow: 'POST' });
  return answerRpc(seen);
}

function register(seen: Seen, { clients, accessUrl }: Memory): Reply {
  const asked = JSON.parse(seen.body) as { redirect_uris: string[]; token_endpoint_auth_method: string };
  const id = `client-${clients.size + 1}`;
  const management = `management-of-${id}`;
  clients.set(id, { redirects: asked.redirect_uris, management });
  const isPublic = asked.token_endpoint_auth_method === 'none';
  return json(
    {
      ...asked,
      client_id: id,
      ...(isPublic ? {} : { client_secret: `secret-of-${id}` }),
      registration_client_uri: `${accessUrl}/oauth2/clients/${id}`,
      registration_access_token: management,
    },
    201,
  );
}

function forget({ path, headers }: Seen, { clients }: Memory): Reply {
  const id = path.split('/').at(-1) ?? '';
  if (headers.get('authorization') !== `Bearer ${clients.get(id)?.management}`) {
    return json({ error: 'invalid_token' }, 401);
  }
  clients.delete(id);
  return { status: 204, headers: {}, body: '' };
}

const portless = (uri: string): string => uri.replace(/^(http:\/\/(127\.0\.0\.1|localhost)):\d+/, '$1');

function authorize({ query }: Seen, { clients, accessUrl }: Memory): Reply {
  const clientId = query.get('client_id') ?? '';
  const redirectUri = query.get('redirect_uri') ?? '';
  const isDocument = clientId.startsWith('https://');
  const known = isDocument ? [redirectUri] : clients.get(clientId)?.redirects;
  if (!known) return json({ error: 'invalid_client', error_description: 'client is unknown' }, 400);
  if (!known.map(portless).includes(portless(redirectUri))) {
    return json({ error: 'invalid_redirect_uri', error_description: 'redirect_uri did not match' }, 400);
  }
  const answer = (error: string) => {
    const to = new URL(redirectUri);
    to.searchParams.set('error', error);
    to.searchParams.set('iss', accessUrl);
    return redirect(to.href);
  };
  if (query.get('code_challenge_method') !== 'S256') return answer('invalid_request');
  if (!query.get('resource')?.startsWith(accessUrl)) return answer('invalid_target');
  const uid = createHash('sha256').update(clientId).digest('hex').slice(0, 20);
  return redirect(`${accessUrl}/oauth2/interaction/${uid}`);
}

function refuseToken({ body }: Seen, { clients }: Memory): Reply {
  const form = new URLSearchParams(body);
  const isKnown = clients.has(form.get('client_id') ?? '') || form.get('client_id')?.startsWith('https://');
  return isKnown ? json({ error: 'invalid_grant' }, 400) : json({ error: 'invalid_client' }, 401);
}
