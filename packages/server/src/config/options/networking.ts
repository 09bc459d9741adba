import type { Option } from '../option.ts';
import { address, bool, checkNetwork, duration, integer, list, text, url } from '../option-kinds.ts';

const networking = 'Networking';
const http = 'Networking / HTTP';

/** Where the server is reached, and what its requests may be. */
export const networkingOptions = {
  accessUrl: url({
    flag: 'access-url',
    yaml: 'networking.accessURL',
    group: networking,
    defaultText: 'http://<http-address>',
    description: 'The URL at which users, agents and MCP clients reach this server.',
  }),
  wildcardAccessUrl: text({
    flag: 'wildcard-access-url',
    yaml: 'networking.wildcardAccessURL',
    group: networking,
    description: 'The host names under which apps of workspaces are served, such as *.example.com.',
    check: (value) =>
      /^\*([a-z0-9-]*\.)[a-z0-9.-]+(:\d+)?$/i.test(value)
        ? undefined
        : 'must be a host name that starts with *, such as *.example.com',
  }),
  proxyTrustedHeaders: list({
    flag: 'proxy-trusted-headers',
    yaml: 'networking.proxyTrustedHeaders',
    group: networking,
    description: "Headers that carry a client's address, such as X-Forwarded-For.",
    check: (item) => (/^[a-z0-9-]+$/i.test(item) ? undefined : `"${item}" must be the name of a header`),
  }),
  proxyTrustedOrigins: list({
    flag: 'proxy-trusted-origins',
    yaml: 'networking.proxyTrustedOrigins',
    group: networking,
    description: 'Addresses and networks of the proxies whose headers are believed, such as 10.0.0.0/8.',
    check: checkNetwork,
  }),

  httpAddress: address({
    flag: 'http-address',
    yaml: 'networking.http.httpAddress',
    group: http,
    default: '127.0.0.1:3000',
    description: 'Where the server listens.',
  }),
  httpAllowedHosts: list({
    flag: 'http-allowed-hosts',
    yaml: 'networking.http.allowedHosts',
    group: http,
    description: [
      'Further host names that the server answers to, such as coder.internal; * for any. It always answers to the access URL,',
      "the wildcard access URL, the name it listens on and, where it listens on more than loopback, addresses and the machine's",
      'own name. /healthz answers to every name.',
    ].join(' '),
    check: (item) =>
      item === '*' || URL.parse(`http://${item}`)?.hostname === item.toLowerCase()
        ? undefined
        : `"${item}" must be a host name without a port, such as coder.internal`,
  }),
  httpMaxOpenRequests: integer({
    flag: 'http-max-open-requests',
    yaml: 'networking.http.maxOpenRequests',
    group: http,
    default: 500,
    min: 1,
    description:
      'Requests, streams and WebSockets that one user (or agent, or address without a user) may have open at once. Beyond it they are refused (429).',
  }),
  httpBodyTimeout: duration({
    flag: 'http-body-timeout',
    yaml: 'networking.http.bodyTimeout',
    group: http,
    default: '1m',
    min: '1s',
    description:
      'How long the body of a request may take to arrive. What a signed-in user sends into a workspace may take an hour.',
  }),
  sessionDuration: duration({
    flag: 'session-duration',
    yaml: 'networking.http.sessionDuration',
    group: http,
    default: '24h',
    min: '1m',
    description: 'How long a sign-in lasts without being used.',
  }),
  disableSessionExpiryRefresh: bool({
    flag: 'disable-session-expiry-refresh',
    yaml: 'networking.http.disableSessionExpiryRefresh',
    group: http,
    description: 'Ends a session after its duration even while it is used.',
  }),
  defaultTokenLifetime: duration({
    flag: 'default-token-lifetime',
    yaml: 'defaultTokenLifetime',
    group: http,
    default: '168h',
    min: '1m',
    description: 'How long a token lives whose creator does not say.',
  }),
  maxTokenLifetime: duration({
    flag: 'max-token-lifetime',
    yaml: 'networking.http.maxTokenLifetime',
    group: http,
    default: '876600h',
    min: '1m',
    description: 'How long a token may live at most.',
  }),
  apiRateLimit: integer({
    flag: 'api-rate-limit',
    yaml: 'apiRateLimit',
    group: http,
    default: 512,
    min: 1,
    description: 'Requests a minute and user (or address, without a user).',
  }),
  dangerousDisableRateLimits: bool({
    flag: 'dangerous-disable-rate-limits',
    yaml: 'dangerous.disableRateLimits',
    group: http,
    description:
      'Lifts every limit on how many requests may come in a time, also over MCP, and --http-max-open-requests. Not for servers that others can reach. Guesses of the codes that devices show stay limited.',
  }),
} as const satisfies Record<string, Option<unknown>>;
