const common = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};
/** Where clients publish who they are: the addresses that Claude Code and Codex send, and one for the Inspector. */
export const published = {
  claude: 'https://claude.ai/oauth/claude-code-client-metadata',
  codex: 'https://chatgpt.com/oauth/codex/client.json',
  inspector: 'https://inspector.example.com/client.json',
};
/** What is played to be there, written for these tests: of the real documents it has the form and the redirects. */
export const clientDocuments = {
  [published.claude]: {
    client_id: published.claude,
    client_name: 'Claude Code',
    client_uri: 'https://claude.ai',
    redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    ...common,
  },
  [published.codex]: {
    client_id: published.codex,
    client_name: 'Codex',
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    ...common,
  },
  [published.inspector]: {
    client_id: published.inspector,
    client_name: 'Published Inspector',
    redirect_uris: ['http://127.0.0.1/oauth/callback'],
    ...common,
  },
};

/** The id of an application that has registered itself. */
export const registeredId = /^[0-9a-f-]{36}$/;
