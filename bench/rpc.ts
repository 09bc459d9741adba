import { Agent, request } from 'undici';

// A client that takes little itself, so that what is measured is the server.
const dispatcher = new Agent({ connections: 64, pipelining: 1 });
const VERSION = '2026-07-28';

type ToolResult = { isError?: boolean; content: { text: string }[] };

/** One `tools/call` as a modern client sends it, over a kept-open connection; resolves with the result's JSON text. */
export async function callTool(
  url: string,
  name: string,
  args: Record<string, unknown>,
  token?: string,
): Promise<ToolResult> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name,
      arguments: args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': VERSION,
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
      },
    },
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': VERSION,
    'mcp-method': 'tools/call',
    'mcp-name': name,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await request(url, { method: 'POST', headers, body, dispatcher });
  const text = await response.body.text();
  const line = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '');
  if (response.statusCode !== 200 || line === '')
    throw new Error(`${name}: status ${response.statusCode}: ${text.slice(0, 300)}`);
  const { result } = JSON.parse(line) as { result?: ToolResult; error?: unknown };
  if (!result || result.isError) throw new Error(`${name}: ${line.slice(0, 500)}`);
  return result;
}
