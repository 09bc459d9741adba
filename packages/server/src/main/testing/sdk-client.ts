import type { CapabilityId } from '@coder/api';
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import type { OAuthWorld } from './oauth-world.ts';

const redirectUrl = 'http://localhost:45123/callback';

export type MemoryProvider = OAuthClientProvider & {
  /** What the user will allow from now on. */
  allow(capabilities: CapabilityId[]): void;
  /** The scopes of each authorization that was asked for. */
  readonly asked: string[];
  /** Where the last authorization ended. */
  answer(): URLSearchParams;
};

/** The SDK's memory of an application, with a user in a browser who allows what the test says. */
export function memoryProvider(
  world: OAuthWorld,
  clientMetadataUrl: string | undefined,
  capabilities: CapabilityId[],
): MemoryProvider {
  const memory: Record<string, unknown> = {};
  let allowed = capabilities;
  let answer = new URLSearchParams();
  const asked: string[] = [];
  const remember = (name: string, value: unknown): void => {
    memory[name] = value;
  };
  return {
    ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
    redirectUrl,
    clientMetadata: {
      client_name: 'SDK client',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => memory.client as never,
    saveClientInformation: (client) => remember('client', client),
    tokens: () => memory.tokens as never,
    saveTokens: (tokens) => remember('tokens', tokens),
    saveCodeVerifier: (verifier) => remember('verifier', verifier),
    codeVerifier: () => memory.verifier as string,
    saveDiscoveryState: (state) => remember('discovery', state),
    discoveryState: () => memory.discovery as never,
    async redirectToAuthorization(url) {
      asked.push(url.searchParams.get('scope') ?? '');
      const browser = world.browser();
      const { uid } = await world.begin(browser, Object.fromEntries(url.searchParams));
      answer = (await browser.decide(uid, { decision: 'allow', capabilities: allowed })).searchParams;
    },
    allow: (next) => {
      allowed = next;
    },
    asked,
    answer: () => answer,
  };
}

export type SdkClient = AsyncDisposable & {
  listTools(): Promise<{ tools: { name: string }[] }>;
  /** Calls a tool, authorizing anew when the server asks for more. */
  callTool(name: string, args: Record<string, unknown>): Promise<unknown>;
};

/** Connects by the address alone. */
export async function connectSdk(
  world: OAuthWorld,
  provider: MemoryProvider,
  era: string,
): Promise<SdkClient> {
  const open = async () => {
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: era } } },
    );
    const transport = new StreamableHTTPClientTransport(new URL(world.mcpUrl), { authProvider: provider });
    return { client, transport };
  };
  const first = await open();
  await first.client.connect(first.transport).then(
    () => Promise.reject(new Error('the server let a client in without a token')),
    (error: unknown) => {
      if (!(error instanceof UnauthorizedError)) throw error;
    },
  );
  await first.transport.finishAuth(provider.answer());
  const { client, transport } = await open();
  await client.connect(transport);
  return {
    listTools: () => client.listTools(),
    async callTool(name, args) {
      try {
        return await client.callTool({ name, arguments: args });
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        await transport.finishAuth(provider.answer());
        return client.callTool({ name, arguments: args });
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
