import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, type ConsentDecision, type ConsentRequest, createApiClient } from '@coder/api';
import { parseConfig } from '../../config/index.ts';
import { createLogger } from '../../logger.ts';
import { testDatabase } from '../../testing/index.ts';
import { type RunningServer, startServer } from '../index.ts';
import { type Browser, createBrowser } from './browser.ts';
import { endWorkspaces } from './end-workspaces.ts';

/** Documents that applications publish, by their address. */
export type Documents = Map<string, () => Response | Promise<Response>>;

export type OAuthWorld = AsyncDisposable & {
  readonly server: RunningServer;
  readonly url: string;
  readonly mcpUrl: string;
  readonly documents: Documents;
  /** The owner's session. */
  readonly owner: { token: string; client: ApiClient };
  /** A browser in which the owner has signed in, or nobody. */
  browser(signedIn?: boolean): Browser;
  client(token: string): ApiClient;
  /** Registers an application by itself. */
  register(metadata?: Record<string, unknown>): Promise<Record<string, string>>;
  /** The steps of an authorization up to the page, in a browser. */
  begin(browser: Browser, query: Record<string, string>): Promise<{ uid: string; request: ConsentRequest }>;
  /** A whole authorization by code, with everything allowed that is not said. */
  connect(options?: ConnectOptions): Promise<Connected>;
  token(form: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
};

export type ConnectOptions = {
  clientId?: string;
  redirectUri?: string;
  scope?: string;
  resource?: string;
  decision?: Partial<ConsentDecision>;
  /** Whose browser it is; the owner's by default. */
  session?: string;
};
export type Connected = {
  clientId: string;
  redirectUri: string;
  code: string;
  verifier: string;
  tokens: { access_token: string; refresh_token: string; scope: string; expires_in: number };
};

export const redirectUri = 'https://app.example.com/callback';
const everything = ['look', 'operate', 'work', 'templates', 'delete'] as const;
const credentials = { email: 'ada@example.com', password: 'correct horse battery' };

/** A code verifier and its challenge. */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A whole server on a database of its own, listening on a free port, with an owner. */
export async function createOAuthWorld(env: Record<string, string> = {}): Promise<OAuthWorld> {
  const database = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'coder-oauth-'));
  await chmod(dataDir, 0o711);
  const documents: Documents = new Map();
  const { config } = parseConfig({
    env: {
      CODER_DATA_DIR: dataDir,
      CODER_HTTP_ADDRESS: '127.0.0.1:0',
      CODER_PG_CONNECTION_URL: database.url,
      CODER_EXPERIMENTS: 'oauth2,mcp-server-http',
      CODER_DANGEROUS_DISABLE_RATE_LIMITS: 'true',
      CODER_MCP_HTTP_RATE_LIMIT: '1000',
      ...env,
    },
  });
  const server = await startServer(config, {
    log: createLogger({ level: process.env.TEST_LOG === undefined ? 'error' : 'debug', format: 'json' }),
    async fetchDocument(address) {
      const document = documents.get(address);
      if (!document) throw new Error(`there is nothing at ${address}`);
      return document();
    },
  });
  const { url } = server;
  const anonymous = createApiClient({ url });
  await anonymous.users.createFirst({ ...credentials, username: 'ada' });
  const { session_token: token } = await anonymous.users.login(credentials);
  const world: OAuthWorld = {
    server,
    url,
    mcpUrl: `${url}/api/experimental/mcp/http`,
    documents,
    owner: { token, client: createApiClient({ url, token }) },
    browser: (signedIn = true) => createBrowser(url, signedIn ? token : undefined),
    client: (accessToken) => createApiClient({ url, token: accessToken }),

    async register(metadata = {}) {
      const response = await fetch(`${url}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: 'Test application',
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'none',
          ...metadata,
        }),
      });
      if (response.status !== 201) throw new Error(await response.text());
      return (await response.json()) as Record<string, string>;
    },

    async begin(browser, query) {
      const response = await browser.get(`/oauth2/authorize?${new URLSearchParams(query)}`);
      const location = response.headers.get('location') ?? '';
      const uid = /\/oauth2\/interaction\/([\w-]+)$/.exec(location)?.[1];
      if (uid === undefined) {
        throw new Error(`no consent was asked for: ${response.status} ${location} ${await response.text()}`);
      }
      return { uid, request: await browser.consent(uid) };
    },

    async connect(options = {}) {
      const clientId = options.clientId ?? (await world.register()).client_id ?? '';
      const target = options.redirectUri ?? redirectUri;
      const { verifier, challenge } = pkce();
      const browser = createBrowser(url, options.session ?? token);
      const { uid } = await world.begin(browser, {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: target,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        state: 'the-state',
        ...(options.scope === undefined ? {} : { scope: options.scope }),
        ...(options.resource === undefined ? {} : { resource: options.resource }),
      });
      const answer = await browser.decide(uid, {
        decision: 'allow',
        capabilities: [...everything],
        ...options.decision,
      });
      const code = answer.searchParams.get('code') ?? '';
      const response = await world.token({
        grant_type: 'authorization_code',
        code,
        redirect_uri: target,
        client_id: clientId,
        code_verifier: verifier,
      });
      if (response.status !== 200) throw new Error(await response.text());
      return {
        clientId,
        redirectUri: target,
        code,
        verifier,
        tokens: (await response.json()) as Connected['tokens'],
      };
    },

    token: (form, headers = {}) =>
      fetch(`${url}/oauth2/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form),
      }),

    async [Symbol.asyncDispose]() {
      await server.close();
      await endWorkspaces(dataDir);
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}
