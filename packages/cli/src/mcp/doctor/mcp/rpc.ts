import { isJsonContentType } from '@modelcontextprotocol/server';
import { version } from '../../../version.ts';
import type { Era } from '../examination.ts';
import type { Answer, Exchange, Http } from '../http/http.ts';

export type RpcError = { readonly code: number; readonly message: string };
/** What a request came to: a result, an error of JSON-RPC, or an answer that is neither. */
export type Reply =
  | { readonly kind: 'result'; readonly result: Record<string, unknown>; readonly answer: Answer }
  | { readonly kind: 'error'; readonly error: RpcError; readonly answer: Answer }
  | { readonly kind: 'other'; readonly exchange: Exchange };

const clientInfo = { name: 'coder-mcp-doctor', version };
const accept = 'application/json, text/event-stream';

/** One JSON-RPC request as a client of an era sends it. */
export function rpcRequest(era: Era, method: string, params: Record<string, unknown> = {}, token?: string) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(method === 'initialize' ? {} : { 'mcp-protocol-version': era }),
  };
  if (era === '2026-07-28') {
    headers['mcp-method'] = method;
    if (typeof params.name === 'string') headers['mcp-name'] = params.name;
  }
  const isNotification = method.startsWith('notifications/');
  const body = {
    jsonrpc: '2.0',
    ...(isNotification ? {} : { id: 1 }),
    method,
    ...(isNotification ? {} : { params: era === '2026-07-28' ? { ...params, _meta: envelope } : params }),
  };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': clientInfo,
};

/** What the older era begins with. */
export const initializeParams = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };

export async function callRpc(
  http: Http,
  url: string,
  request: ReturnType<typeof rpcRequest>,
): Promise<Reply> {
  const exchange = await http.send(url, request);
  const message = exchange.reached ? messageOf(exchange) : undefined;
  if (!exchange.reached || message === undefined) return { kind: 'other', exchange };
  const { result, error } = message;
  if (typeof result === 'object' && result !== null) {
    return { kind: 'result', result: result as Record<string, unknown>, answer: exchange };
  }
  const { code, message: text } = (error ?? {}) as Partial<RpcError>;
  if (typeof code !== 'number') return { kind: 'other', exchange };
  return { kind: 'error', error: { code, message: String(text) }, answer: exchange };
}

/** The response in a body that is JSON or a stream of events. */
function messageOf({ headers, text }: Answer): Record<string, unknown> | undefined {
  const type = headers.get('content-type');
  const isStream = /^text\/event-stream/i.test(type ?? '');
  // Clients understand nothing else, whatever the body holds.
  if (!isStream && !isJsonContentType(type)) return undefined;
  const texts = isStream
    ? text.split(/\r?\n\r?\n/).map((event) =>
        event
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trimStart())
          .join('\n'),
      )
    : [text];
  for (const one of texts) {
    try {
      const message = JSON.parse(one) as Record<string, unknown> | null;
      if (message && typeof message === 'object' && ('result' in message || 'error' in message)) {
        return message;
      }
    } catch {
      // A comment or a notification in a stream, or no JSON at all.
    }
  }
  return undefined;
}
