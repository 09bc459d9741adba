import { warning } from '../report.ts';
import type { ClientProfile } from './profile.ts';

const mostTools = 128;

/** VS Code, by its own source (src/vs/base/common/oauth.ts): its document first, then registration, then by hand. */
export const vscode: ClientProfile = {
  id: 'vscode',
  name: 'VS Code',
  cloud: undefined,
  resource: 'exact',
  document: 'https://vscode.dev/oauth/client-metadata.json',
  // It takes another port when its own is in use, and a server has to accept that (RFC 8252 section 7.3).
  redirectUri: () => 'http://127.0.0.1:33419/',
  registration: ({ grantTypes }) => {
    const known = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
    return {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: known.filter((type) => grantTypes?.includes(type) ?? true),
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    };
  },
  byHand: {
    redirects: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    after: 'give its ID when VS Code asks for it',
  },
  judgeTools: (tools) =>
    tools.length > mostTools
      ? [
          warning(
            `${tools.length} tools are listed, and VS Code sends a model at most ${mostTools}.`,
            'Give VS Code the address with ?toolset=workspace or ?toolset=readonly.',
          ),
        ]
      : [],
};
