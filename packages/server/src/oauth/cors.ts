import { cors } from 'hono/cors';

/** What the pages of browser clients (the MCP Inspector, a web IDE) may send and read; nothing of it rests on a cookie. */
const allowedHeaders = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Last-Event-ID',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
];

/**
 * Opens the routes of OAuth and of discovery to pages of any origin, or of those in the list. Credentials of the browser are
 * never allowed, so a page gets no further than any other program.
 */
export function oauthCors(allowedOrigins: readonly string[]) {
  return cors({
    origin: (origin) => (allowedOrigins.length === 0 ? '*' : allowedOrigins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    allowHeaders: allowedHeaders,
    exposeHeaders: ['WWW-Authenticate', 'Retry-After'],
    maxAge: 600,
  });
}
