import { experiments, knownExperiments } from './experiments.ts';
import type { Option } from './option.ts';
import { address, bool, checkNetwork, duration, integer, list, oneOf, text, url } from './option-kinds.ts';

const general = 'General';
const networking = 'Networking';
const http = 'Networking / HTTP';
const mcp = 'MCP over HTTP';
const workspaces = 'Workspaces';
const github = 'Login / GitHub';
const introspection = 'Introspection';

/** Each experiment on a line of its own, so that it is found in the help by its name. */
const experimentLines = knownExperiments
  .map((name) => `${name}: ${experiments[name].description}.`)
  .join('\n');

/** Every option of the server. A new one is a line here and nothing else. */
export const options = {
  config: text({
    flag: 'config',
    env: 'CODER_CONFIG_PATH',
    short: 'c',
    group: general,
    description: 'A YAML file to read options from. Flags and the environment come before it.',
  }),
  configDir: text({
    flag: 'config-dir',
    group: general,
    defaultText: '~/.config/coderv2',
    description: 'Where the command line and the server keep what belongs to this user.',
  }),
  dataDir: text({
    flag: 'data-dir',
    yaml: 'dataDir',
    group: general,
    defaultText: '<config-dir>/data, for root a folder of /var/lib/coder',
    description:
      'Where the built-in database and the local workspaces live. Accounts without rights must be able to pass through it.',
  }),
  postgresUrl: text({
    flag: 'postgres-url',
    env: 'CODER_PG_CONNECTION_URL',
    yaml: 'pgConnectionURL',
    group: general,
    secret: true,
    defaultText: 'the built-in PostgreSQL',
    description:
      'The URL of a PostgreSQL database. Without it the server runs one of its own in the data directory.',
    check: (value) =>
      /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)
        ? undefined
        : 'must be a URL that starts with postgres://',
  }),
  experiments: list({
    flag: 'experiments',
    yaml: 'experiments',
    group: general,
    description: [
      'Switches on what is not finished, separated by commas.',
      `Known experiments: ${knownExperiments.join(', ')}.`,
      experimentLines,
      '*: all experiments that open no new door.',
    ].join('\n'),
  }),

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
    description: 'Lifts every rate limit. Not for servers that others can reach.',
  }),

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
    default: 10,
    min: 1,
    description: 'Requests a second and user. Beyond it a client is told to wait (429).',
  }),

  provisionerDaemons: integer({
    flag: 'provisioner-daemons',
    yaml: 'provisioning.daemons',
    group: workspaces,
    default: 3,
    min: 1,
    max: 100,
    description: 'Builds of workspaces at once.',
  }),
  localSandbox: oneOf({
    flag: 'local-sandbox',
    yaml: 'provisioning.localSandbox',
    group: workspaces,
    values: ['bwrap', 'auto', 'none'],
    default: 'bwrap',
    description:
      'How workspaces on this machine are kept apart. bwrap: by bubblewrap, without which none is started. auto: by bubblewrap if it is installed. none: not at all.',
  }),
  disableOwnerWorkspaceAccess: bool({
    flag: 'disable-owner-workspace-access',
    yaml: 'disableOwnerWorkspaceAccess',
    group: workspaces,
    description: "Takes from the role owner the right to enter other users' workspaces.",
  }),
  disableWorkspaceSharing: bool({
    flag: 'disable-workspace-sharing',
    yaml: 'disableWorkspaceSharing',
    group: workspaces,
    description: 'Nobody can share a workspace, and what has been shared is not.',
  }),
  autobuildPollInterval: duration({
    flag: 'autobuild-poll-interval',
    yaml: 'autobuildPollInterval',
    group: workspaces,
    default: '1m',
    min: '100ms',
    description: 'How often the server looks for workspaces to start or stop by their schedule.',
  }),
  agentInactiveDisconnectTimeout: duration({
    flag: 'agent-inactive-disconnect-timeout',
    yaml: 'provisioning.agentInactiveDisconnectTimeout',
    group: workspaces,
    default: '30s',
    min: '1s',
    description: 'After how long without a sign of life an agent counts as disconnected.',
  }),
  buildTimeout: duration({
    flag: 'build-timeout',
    yaml: 'provisioning.buildTimeout',
    group: workspaces,
    default: '30m',
    min: '1s',
    description: 'After how long a build of a workspace that has not ended fails.',
  }),
  shutdownTimeout: duration({
    flag: 'shutdown-timeout',
    yaml: 'shutdownTimeout',
    group: general,
    default: '30s',
    min: '1ms',
    description: 'How long the server waits for requests and builds to end when it is asked to stop.',
  }),

  githubClientId: text({
    flag: 'oauth2-github-client-id',
    yaml: ['oauth2.github.clientID', 'oauth2.github.client_id'],
    group: github,
    description: 'The client id of the GitHub application that users sign in through.',
  }),
  githubClientSecret: text({
    flag: 'oauth2-github-client-secret',
    yaml: ['oauth2.github.clientSecret', 'oauth2.github.client_secret'],
    group: github,
    secret: true,
    description: 'Its client secret.',
  }),
  githubRedirectUrl: url({
    flag: 'oauth2-github-redirect-url',
    path: true,
    yaml: ['oauth2.github.redirectURL', 'oauth2.github.redirect_url'],
    group: github,
    defaultText: '<access-url>/api/v2/users/oauth2/github/callback',
    description: 'Where GitHub sends users back to.',
  }),
  githubScopes: list({
    flag: 'oauth2-github-scopes',
    yaml: 'oauth2.github.scopes',
    group: github,
    default: ['read:user', 'read:org', 'user:email'],
    description: 'What the server asks GitHub for.',
  }),

  prometheusEnable: bool({
    flag: 'prometheus-enable',
    yaml: 'introspection.prometheus.enable',
    group: introspection,
    description: 'Serves metrics for Prometheus.',
  }),
  prometheusAddress: address({
    flag: 'prometheus-address',
    yaml: 'introspection.prometheus.address',
    group: introspection,
    default: '127.0.0.1:2112',
    description: 'Where the metrics are served, at /metrics.',
  }),
  swaggerEnable: bool({
    flag: 'swagger-enable',
    yaml: 'enableSwagger',
    group: introspection,
    description:
      'Serves the reference page of the API at /swagger. Its document is at /api/v2/openapi.json always.',
  }),
  logLevel: oneOf({
    flag: 'log-level',
    yaml: 'introspection.logging.level',
    group: introspection,
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    description: 'The least severe lines that are logged.',
  }),
  logFormat: oneOf({
    flag: 'log-format',
    yaml: 'introspection.logging.format',
    group: introspection,
    values: ['human', 'json'],
    default: 'human',
    description: 'How lines are written, to standard error.',
  }),
} as const satisfies Record<string, Option<unknown>>;

export type Options = typeof options;
export type OptionKey = keyof Options;
/** The value of each option. */
export type OptionValues = { readonly [K in OptionKey]: Options[K]['default'] };

/** All options as a list, with their values' types left out. */
export const optionList: readonly { key: OptionKey; option: Option<unknown> }[] = Object.entries(options).map(
  ([key, option]) => ({ key: key as OptionKey, option }),
);
