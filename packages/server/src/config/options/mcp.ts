import type { Option } from '../option.ts';
import { duration, integer, list, url } from '../option-kinds.ts';

const mcp = 'MCP over HTTP';

/** What MCP over HTTP may take. */
export const mcpOptions = {
  oauth2AllowedOrigins: list({
    flag: 'oauth2-allowed-origins',
    yaml: 'oauth2.provider.allowedOrigins',
    group: mcp,
    description:
      'Origins of web pages that may speak MCP and OAuth to this server, such as https://inspector.example.com. Without it pages of any origin may, with a token of their own.',
    check: (item) =>
      URL.parse(item)?.origin === item
        ? undefined
        : `"${item}" must be an origin, such as https://inspector.example.com`,
  }),
  oauth2DocumentsProxy: url({
    flag: 'oauth2-documents-proxy',
    yaml: 'oauth2.provider.documentsProxy',
    group: mcp,
    description:
      'An HTTP proxy through which the documents of applications (CIMD) are fetched, for a server that reaches the internet through one only. The proxy looks the names up and must not reach hosts of your own network.',
  }),
  mcpHttpTimeout: duration({
    flag: 'mcp-http-timeout',
    yaml: 'mcp.http.timeout',
    group: mcp,
    default: '120s',
    min: '1s',
    description:
      'How long one tool call may take. A call that reaches it goes on and answers with a handle to its result.',
  }),
  mcpHttpMaxRequests: integer({
    flag: 'mcp-http-max-requests',
    yaml: 'mcp.http.maxRequests',
    group: mcp,
    default: 100,
    min: 1,
    description: 'Requests at once. Beyond it a client is told to come back later (503).',
  }),
  mcpHttpRateLimit: integer({
    flag: 'mcp-http-rate-limit',
    yaml: 'mcp.http.rateLimit',
    group: mcp,
    default: 100,
    min: 1,
    description: 'Requests a second and user. Beyond it a client is told to wait (429).',
  }),
} as const satisfies Record<string, Option<unknown>>;
