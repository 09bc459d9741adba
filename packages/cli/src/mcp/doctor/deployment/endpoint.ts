import type { Examination } from '../examination.ts';
import { refusal } from '../http/refusal.ts';
import { rpcRequest } from '../mcp/rpc.ts';
import { ok, problem, type Verdict, warning } from '../report.ts';

/** Whether the MCP address asks for a token, which is how a client finds out that it has to get one. */
export async function checkEndpoint({ firstContact }: Examination): Promise<Verdict[]> {
  const exchange = await firstContact();
  if (exchange.reached && exchange.status === 401) return [ok('asks for a token with HTTP 401')];
  if (exchange.reached && exchange.status === 200 && /"result"|^event:|^data:/m.test(exchange.text)) {
    return [
      problem(
        'The MCP endpoint answers without a token.',
        'Remove the token that the proxy adds: everybody who reaches it acts as its user, and clients never sign in.',
      ),
    ];
  }
  return [refusal(exchange, 'The MCP endpoint')];
}

/** Whether the address works as people paste it, too. */
export async function checkSlash({ http, target }: Examination): Promise<Verdict[]> {
  const url = new URL(target.mcpUrl);
  url.pathname = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : `${url.pathname}/`;
  const which = url.pathname.endsWith('/') ? 'with' : 'without';
  const exchange = await http.send(url.href, rpcRequest('2025-11-25', 'ping'));
  if (exchange.reached && exchange.status === 401) return [ok(`answers ${which} a slash at its end as well`)];
  const { what, fix } = refusal(exchange, `The MCP address ${which} a slash at its end`);
  return [warning(what, fix ?? '')];
}
