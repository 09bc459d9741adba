import type { Era } from '../examination.ts';
import type { Http } from '../http/http.ts';
import { refusal, said } from '../http/refusal.ts';
import { ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { type ListedTool, safeToCall, toolsOf } from './listed-tools.ts';
import { callRpc, initializeParams, type Reply, rpcRequest } from './rpc.ts';

/** What came of talking MCP with a token. */
export type Talk = {
  readonly verdict: Verdict;
  readonly tools: readonly ListedTool[] | undefined;
  /** The server's words when it misses a header that was sent. */
  readonly mismatch: string | undefined;
};

/** Headers and body of a request disagree, by the protocol of 2026-07-28. */
const headerMismatch = -32_020;

/** Connects, lists the tools and calls one that changes nothing, as a client of this era does. */
export async function talkMcp(http: Http, url: string, token: string, era: Era): Promise<Talk> {
  const call = (method: string, params?: Record<string, unknown>) =>
    callRpc(http, url, rpcRequest(era, method, params, token));

  const begun = await (era === '2025-11-25' ? call('initialize', initializeParams) : call('server/discover'));
  if (begun.kind !== 'result') return failed(begun, `Connecting with ${era}`);
  if (era === '2025-11-25') {
    const told = await http.send(url, rpcRequest(era, 'notifications/initialized', {}, token));
    if (!told.reached || told.status >= 300)
      return failed({ kind: 'other', exchange: told }, 'A notification');
  }
  const listed = await call('tools/list');
  if (listed.kind !== 'result') return failed(listed, `Listing the tools with ${era}`);
  const tools = toolsOf(listed.result);
  const tool = safeToCall(tools);
  if (tool === undefined) {
    const verdict = ok(`lists ${tools.length} tools, none of which is safe to call unasked`);
    return { verdict, tools, mismatch: undefined };
  }
  const called = await call('tools/call', { name: tool.name, arguments: {} });
  if (called.kind !== 'result') return { ...failed(called, `The tool ${tool.name} with ${era}`), tools };
  const verdict =
    called.result.isError === true
      ? warning(
          `The tool ${tool.name} answers with an error: ${quote(JSON.stringify(called.result.content ?? ''))}.`,
          'Give a token that may do more, or look into the log of the server.',
        )
      : ok(`lists ${tools.length} tools and calls ${tool.name}`);
  return { verdict, tools, mismatch: undefined };
}

function failed(reply: Exclude<Reply, { kind: 'result' }>, name: string): Talk {
  const none = { tools: undefined, mismatch: undefined };
  if (reply.kind === 'error') {
    const { code, message } = reply.error;
    const verdict = problem(
      `${name} ends with the error ${code}, ${quote(message)}.`,
      code === headerMismatch
        ? 'Let the proxy pass the headers MCP-Protocol-Version, Mcp-Method and Mcp-Name on unchanged.'
        : 'Look into the log of the server, and check that it is recent enough.',
    );
    return { ...none, verdict, mismatch: code === headerMismatch ? message : undefined };
  }
  const { exchange } = reply;
  if (exchange.reached && exchange.status === 401) {
    return {
      ...none,
      verdict: warning(
        `The token is not accepted (${said(exchange)}).`,
        'Sign in again with "coder login", give another --token, or use --login.',
      ),
    };
  }
  if (exchange.reached && exchange.status === 403 && /insufficient_scope/.test(challenge(exchange.headers))) {
    return {
      ...none,
      verdict: warning(
        `The token may not do this (${said(exchange)}).`,
        'Give a token with more scopes; a client would ask its user for them.',
      ),
    };
  }
  return { ...none, verdict: refusal(exchange, `${name} failed: the MCP endpoint`) };
}

const challenge = (headers: Headers): string => headers.get('www-authenticate') ?? '';
