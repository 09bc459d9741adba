import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MCP_PATH } from '@coder/api';
import {
  Client,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { type Era, type McpClient, wrapClient } from '../harness/mcp.ts';
import type { Allowance, User } from './consent.ts';

/** A program on this computer that signs in by the SDK: it waits for its answer on a port of its own. */
export type SdkProgram = AsyncDisposable & {
  /** What the user will allow from now on; undefined while nobody is at the browser. */
  allowance: Allowance | undefined;
  /** Each address that the user was sent to. */
  readonly asked: URL[];
  readonly redirectUrl: string;
  /** What it is registered as. */
  readonly client: OAuthClientInformationMixed | undefined;
  readonly tokens: OAuthTokens | undefined;
  /** When the access token it holds ends, in milliseconds. */
  readonly expiresAt: number;
  /** Connects by the address alone, or by what it still knows; the user decides when the server wants it so. */
  connect(era: Era): Promise<McpClient & { transport: StreamableHTTPClientTransport }>;
  /** Runs a call, and once more when the server has made the SDK ask the user again. */
  withConsent<T>(connected: { transport: StreamableHTTPClientTransport }, call: () => Promise<T>): Promise<T>;
};

export type SdkProgramOptions = {
  readonly url: string;
  readonly user: User;
  readonly name: string;
  /** What the user allows at first; null while nobody is at the browser. */
  readonly allowance?: Allowance | null;
  /** Where it publishes its own document (CIMD); without it, it registers itself (DCR) if the server lets it. */
  readonly document?: string;
  /** What it has been registered as already, on another device. */
  readonly client?: OAuthClientInformationMixed | undefined;
};

export async function startSdkProgram(options: SdkProgramOptions): Promise<SdkProgram> {
  const { url, user, name, document } = options;
  const callback = createServer((_, response) => response.end('You can close this page.'));
  callback.listen(0, '127.0.0.1');
  await once(callback, 'listening');
  const redirectUrl = `http://localhost:${(callback.address() as AddressInfo).port}/callback`;

  const memory: {
    client?: OAuthClientInformationMixed;
    tokens?: OAuthTokens;
    expiresAt?: number;
    verifier?: string;
    discovery?: Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>;
    answer?: URLSearchParams;
  } = options.client ? { client: options.client } : {};
  const remember = (what: typeof memory): void => void Object.assign(memory, what);
  const asked: URL[] = [];
  const provider: OAuthClientProvider = {
    ...(document === undefined ? {} : { clientMetadataUrl: document }),
    redirectUrl,
    clientMetadata: { client_name: name, redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
    clientInformation: () => memory.client,
    saveClientInformation: (client) => remember({ client }),
    tokens: () => memory.tokens,
    saveTokens: (tokens) => remember({ tokens, expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1_000 }),
    codeVerifier: () => memory.verifier ?? '',
    saveCodeVerifier: (verifier) => remember({ verifier }),
    discoveryState: () => memory.discovery,
    saveDiscoveryState: (discovery) => remember({ discovery }),
    invalidateCredentials(what) {
      if (what !== 'all' && what !== 'tokens') return;
      delete memory.tokens;
    },
    async redirectToAuthorization(address) {
      asked.push(address);
      if (!program.allowance) return;
      memory.answer = (await user.allow(address, program.allowance)).searchParams;
    },
  };

  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(url + MCP_PATH), { authProvider: provider });

  async function finish(transport: StreamableHTTPClientTransport): Promise<void> {
    if (!memory.answer) throw new Error('the user was not asked');
    // The whole answer, so that the SDK checks who it comes from (`iss`).
    await transport.finishAuth(memory.answer);
    delete memory.answer;
  }

  const program: SdkProgram = {
    allowance: options.allowance === null ? undefined : (options.allowance ?? {}),
    asked,
    redirectUrl,
    get client() {
      return memory.client;
    },
    get tokens() {
      return memory.tokens;
    },
    get expiresAt() {
      return memory.expiresAt ?? 0;
    },
    async connect(era) {
      const open = async (transport: StreamableHTTPClientTransport) => {
        const client = new Client(
          { name, version: '1.0.0' },
          { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
        );
        await client.connect(transport);
        return { ...wrapClient(client), transport };
      };
      const first = newTransport();
      try {
        return await open(first);
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        await finish(first);
        return open(newTransport());
      }
    },
    async withConsent({ transport }, call) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        await finish(transport);
        return call();
      }
    },
    async [Symbol.asyncDispose]() {
      callback.close();
      callback.closeAllConnections();
    },
  };
  return program;
}
