import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const VERSION = '2026-07-28';

/** One `tools/call` as a modern client sends it, over a kept-open connection; resolves with the result's JSON text. */
export function callTool(
  url: string,
  name: string,
  args: Record<string, unknown>,
  token?: string,
): Promise<{ isError?: boolean; content: { text: string }[] }> {
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
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const line = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '');
        if (response.statusCode !== 200 || line === '') {
          reject(new Error(`${name}: status ${response.statusCode}: ${text.slice(0, 300)}`));
          return;
        }
        const answer = JSON.parse(line) as {
          result?: { isError?: boolean; content: { text: string }[] };
          error?: unknown;
        };
        if (!answer.result || answer.result.isError) reject(new Error(`${name}: ${line.slice(0, 500)}`));
        else resolve(answer.result);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
