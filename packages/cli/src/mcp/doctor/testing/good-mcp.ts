import { json, type Reply, type Seen } from './replies.ts';

type Call = { id?: number; method: string; params?: Record<string, unknown> & { _meta?: unknown } };

const tool = (name: string) => ({
  name,
  title: name,
  annotations: { readOnlyHint: true },
  inputSchema: { type: 'object', properties: {} },
});
const results: Record<string, Record<string, unknown>> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
  'server/discover': { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
  ping: {},
  'tools/call': { content: [{ type: 'text', text: 'ada' }] },
};

/** Both eras of MCP, with the checks of the newer one on its headers. */
export function answerRpc({ headers, body, query }: Seen): Reply {
  const { id, method, params } = JSON.parse(body) as Call;
  if (method.startsWith('notifications/')) return { status: 202, headers: {}, body: '' };
  const mismatch = params?._meta === undefined ? undefined : missingHeader(headers, method, params);
  if (mismatch !== undefined) {
    const message = `the required ${mismatch} header is absent`;
    return json({ jsonrpc: '2.0', id, error: { code: -32_020, message } }, 400);
  }
  if (method === 'subscriptions/listen') {
    const acknowledged = { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: message\ndata: ${JSON.stringify(acknowledged)}\n\n`,
      open: true,
    };
  }
  const names =
    query.get('toolset') === 'chatgpt' ? ['search', 'fetch'] : ['coder_get_authenticated_user', 'coder_list'];
  const result = method === 'tools/list' ? { tools: names.map(tool) } : results[method];
  if (result === undefined) return json({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'no' } }, 404);
  return json({ jsonrpc: '2.0', id, result });
}

function missingHeader(
  headers: Headers,
  method: string,
  params: Record<string, unknown>,
): string | undefined {
  if (headers.get('mcp-protocol-version') !== '2026-07-28') return 'MCP-Protocol-Version';
  if (headers.get('mcp-method') !== method) return 'Mcp-Method';
  if (params.name !== undefined && headers.get('mcp-name') !== params.name) return 'Mcp-Name';
  return undefined;
}
