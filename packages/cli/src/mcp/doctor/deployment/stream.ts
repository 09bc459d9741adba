import { SESSION_TOKEN_HEADER } from '@coder/api';
import type { Examination } from '../examination.ts';
import type { Send } from '../http/http.ts';
import { objectOf } from '../http/refusal.ts';
import { rpcRequest } from '../mcp/rpc.ts';
import { ok, skipped, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { watchStream } from './watch-stream.ts';

/**
 * Whether events arrive when they are sent. A subscription of MCP shows it where the server keeps one open; one that ends
 * at once shows nothing, and then the stream of a workspace's changes is tried.
 */
export async function checkStream(examination: Examination): Promise<Verdict[]> {
  const { target, token, tokenMissing } = examination;
  if (token === undefined) return [skipped(`whether streams arrive takes a token to tell; ${tokenMissing}`)];
  const listen = rpcRequest(
    '2026-07-28',
    'subscriptions/listen',
    { notifications: { toolsListChanged: true } },
    token,
  );
  const subscription = await judge(examination, target.mcpUrl, listen);
  if (subscription !== undefined) return [subscription];
  const workspace = await anyWorkspace(examination, token);
  if (workspace === undefined) {
    return [skipped('whether streams arrive cannot be told: the token sees no workspace to watch')];
  }
  const watched = await judge(examination, `${target.url}/api/v2/workspaces/${workspace}/watch`, {
    headers: { [SESSION_TOKEN_HEADER]: token, accept: 'text/event-stream' },
  });
  return [watched ?? skipped('whether streams arrive cannot be told: no stream stays open')];
}

/** Undefined when the answer was no stream, or one that ended at once. */
async function judge(
  { http, streamMs }: Examination,
  url: string,
  request: Send,
): Promise<Verdict | undefined> {
  const seen = await watchStream(http, url, request, streamMs);
  if (seen.kind === 'refused' || seen.kind === 'ended') return undefined;
  if (seen.kind === 'silent') {
    return warning(
      `A stream of events is held back: nothing of it has arrived within ${streamMs / 1_000} s.`,
      'Switch buffering off in the proxy (nginx: proxy_buffering off, or do not ignore X-Accel-Buffering), or progress of long calls is not seen and clients may give up.',
    );
  }
  if (seen.encoding !== undefined) {
    return warning(
      `A proxy compresses streams of events (${quote(seen.encoding)}), which holds events back.`,
      'Leave text/event-stream out of what the proxy compresses.',
    );
  }
  return ok('events of a stream arrive when they are sent');
}

async function anyWorkspace({ http, target }: Examination, token: string): Promise<string | undefined> {
  const exchange = await http.send(`${target.url}/api/v2/workspaces?limit=1`, {
    headers: { [SESSION_TOKEN_HEADER]: token },
  });
  const list = exchange.reached && exchange.status === 200 ? objectOf(exchange)?.workspaces : undefined;
  const id: unknown = Array.isArray(list) ? (list[0] as { id?: unknown } | undefined)?.id : undefined;
  return typeof id === 'string' && /^[\w-]+$/.test(id) ? id : undefined;
}
