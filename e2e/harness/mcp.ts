import { MCP_PATH } from '@coder/api';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { coderEntry, node } from './coder.ts';

export type Era = 'modern' | 'legacy';
export type McpClient = AsyncDisposable & {
  readonly client: Client;
  /** Calls a tool and returns its parsed JSON, or its text where it is not JSON. An error result is thrown. */
  call<T = Record<string, unknown>>(name: string, args?: Record<string, unknown>): Promise<T>;
  /** Calls a tool that must fail and returns the text of its error. */
  fail(name: string, args?: Record<string, unknown>): Promise<string>;
};

function textOf(result: CallToolResult): string {
  return result.content.map((item) => (item.type === 'text' ? item.text : '')).join('');
}

/** The calls of a connected client as tests make them. */
export function wrapClient(client: Client): McpClient {
  const run = async (name: string, args: Record<string, unknown>) =>
    (await client.callTool({ name, arguments: args })) as CallToolResult;
  return {
    client,
    call: async <T>(name: string, args: Record<string, unknown> = {}) => {
      const result = await run(name, args);
      const text = textOf(result);
      if (result.isError) throw new Error(`${name}: ${text}`);
      try {
        return JSON.parse(text) as T;
      } catch {
        return text as T;
      }
    },
    fail: async (name, args = {}) => {
      const result = await run(name, args);
      if (!result.isError) throw new Error(`${name} should have failed, but answered: ${textOf(result)}`);
      return textOf(result);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** What the user of a client does with a page that it is to open. */
export type OpenPage = (page: { url: string; message: string }) => Promise<'accept' | 'decline' | 'cancel'>;

function newClient(era: Era, openPage?: OpenPage): Client {
  const client = new Client(
    { name: 'e2e', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      capabilities: openPage ? { elicitation: { url: {} } } : {},
    },
  );
  if (openPage) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (params.mode !== 'url') throw new Error(`not a page: ${JSON.stringify(params)}`);
      return { action: await openPage(params) };
    });
  }
  return client;
}

/** The SDK's client over HTTP with a bearer token. */
export async function connectHttp(
  url: string,
  token: string,
  era: Era,
  query = '',
  openPage?: OpenPage,
  headers: Record<string, string> = {},
): Promise<McpClient> {
  const client = newClient(era, openPage);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}${MCP_PATH}${query}`), {
      requestInit: { headers: { ...headers, authorization: `Bearer ${token}` } },
    }),
  );
  return wrapClient(client);
}

/** The SDK's client over stdio: it starts `coder exp mcp server`. */
export async function connectStdio(
  env: Record<string, string>,
  era: Era,
  args: string[] = [],
  openPage?: OpenPage,
): Promise<McpClient> {
  const client = newClient(era, openPage);
  await client.connect(
    new StdioClientTransport({
      command: node,
      args: [coderEntry, 'exp', 'mcp', 'server', ...args],
      env,
      stderr: 'pipe',
    }),
  );
  return wrapClient(client);
}
