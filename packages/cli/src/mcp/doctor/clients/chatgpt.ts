import { warning } from '../report.ts';
import type { ServerMetadata } from '../walk/server-metadata.ts';
import type { ClientProfile } from './profile.ts';

/** Each connector has an address of its own, unless the server says in its answers who it is (RFC 9207). */
const redirectFor = ({ issInResponse }: ServerMetadata): string =>
  issInResponse
    ? 'https://chatgpt.com/connector_platform_oauth_redirect'
    : 'https://chatgpt.com/connector/oauth/coder-mcp-doctor';

/** ChatGPT's connectors: developers.openai.com/plugins/build/auth. */
export const chatgpt: ClientProfile = {
  id: 'chatgpt',
  name: 'ChatGPT',
  cloud: 'OpenAI',
  resource: 'exact',
  document: 'https://chatgpt.com/oauth/client.json',
  redirectUri: redirectFor,
  registration: (server) => ({
    client_name: 'ChatGPT',
    redirect_uris: [redirectFor(server)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }),
  judgeServer: ({ issInResponse }) =>
    issInResponse
      ? []
      : [
          warning(
            'The server does not say in its answers who it is (authorization_response_iss_parameter_supported), so ChatGPT uses another redirect for each connector.',
            'Update the server; an application that is entered by hand needs the redirect that ChatGPT shows.',
          ),
        ],
  byHand: {
    redirects: ['<the redirect that ChatGPT shows>'],
    after: 'give its ID and secret when you create the connector',
  },
  judgeTools: () => [],
  alsoLists: {
    query: 'toolset=chatgpt',
    judge: (tools) => {
      const missing = ['search', 'fetch'].filter((name) => !tools.some((tool) => tool.name === name));
      if (missing.length === 0) return [];
      return [
        warning(
          `With ?toolset=chatgpt the ${missing.length === 1 ? 'tool' : 'tools'} ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not listed, which ChatGPT needs outside of its developer mode.`,
          'Give a token that may read workspaces, or update the server.',
        ),
      ];
    },
  },
};
