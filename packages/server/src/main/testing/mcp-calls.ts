import { type Answer, answerOf } from './narrow-calls.ts';

export type ToolAnswer = Answer & {
  /** `ok`, `error` for a result that says so, `scope` for a refusal that asks for another token, else what was answered. */
  kind: string;
  /** The answer to the request, without its frame. */
  result: unknown;
};

/** One request over MCP's HTTP, as a client without a session sends it. */
export async function callMcp(
  address: string,
  token: string,
  method: string,
  params: object,
): Promise<ToolAnswer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body,
  });
  const challenge = response.headers.get('www-authenticate') ?? '';
  const answer = await answerOf(response, decodeURIComponent(body));
  const frame = /^(?:data: )?(\{.*\})$/m.exec(answer.text)?.[1] ?? '{}';
  const { result, error } = JSON.parse(frame) as { result?: { isError?: boolean }; error?: unknown };
  const refused = response.status === 403 && challenge.includes('error="insufficient_scope"');
  const kind = refused
    ? 'scope'
    : result === undefined
      ? `error ${response.status}`
      : result.isError
        ? 'error'
        : 'ok';
  return { ...answer, kind, result: result ?? error };
}
