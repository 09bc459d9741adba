import { SESSION_TOKEN_HEADER } from '@coder/api';
import type { Examination } from '../examination.ts';
import { rpcRequest } from '../mcp/rpc.ts';
import { ok, problem, skipped, type Verdict } from '../report.ts';

const dropped = problem(
  'The header Authorization does not arrive at the server.',
  'Let the proxy pass it on (Apache: CGIPassAuth or SetEnvIf Authorization; nginx: no proxy_set_header Authorization ""; no sign-in of its own in front).',
);

/**
 * Whether a token reaches the server. The endpoint answers a HEAD without a token, but not one with a wrong token; where
 * it answers both alike, the command line's own token tells, shown in either of the two headers that the server takes.
 */
export async function checkAuthorizationHeader({ http, target, token }: Examination): Promise<Verdict[]> {
  const head = async (headers: Record<string, string>) => {
    const exchange = await http.send(target.mcpUrl, { method: 'HEAD', headers });
    return exchange.reached ? exchange.status : 0;
  };
  const without = await head({});
  if (without === 200) {
    const withWrong = await head({ authorization: 'Bearer coder-mcp-doctor' });
    if (withWrong === 200) return [dropped];
    if (withWrong === 401) return [ok('the header Authorization arrives at the server')];
  }
  if (token === undefined) return [skipped('whether the header Authorization arrives takes a token to tell')];
  const ping = async (headers: Record<string, string>) => {
    const request = rpcRequest('2025-11-25', 'ping');
    const exchange = await http.send(target.mcpUrl, {
      ...request,
      headers: { ...request.headers, ...headers },
    });
    return exchange.reached ? exchange.status : 0;
  };
  if ((await ping({ authorization: `Bearer ${token}` })) !== 401) {
    return [ok('the header Authorization arrives at the server')];
  }
  return (await ping({ [SESSION_TOKEN_HEADER]: token })) === 200
    ? [dropped]
    : [skipped('whether the header Authorization arrives cannot be told: the token is not accepted')];
}
