import type { Examination } from '../examination.ts';
import type { Exchange } from '../http/http.ts';
import { rpcRequest } from '../mcp/rpc.ts';
import { ok, type Verdict, warning } from '../report.ts';

/** Where the MCP Inspector's page comes from. */
const page = 'http://localhost:6274';
const wanted = ['Authorization', 'Content-Type', 'MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'];

/** Whether pages in a browser may connect. None of the four clients is one, so that nothing here keeps them away. */
export async function checkCors({ http, target }: Examination): Promise<Verdict[]> {
  const preflight = await http.send(target.mcpUrl, {
    method: 'OPTIONS',
    headers: {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': wanted.join(', ').toLowerCase(),
    },
  });
  if (!preflight.reached || preflight.status >= 300 || !allows(preflight)) {
    return [
      warning(
        `A page of ${page} may not call the MCP endpoint: the preflight is ${preflight.reached ? `answered with HTTP ${preflight.status} and does not allow it` : 'not answered'}.`,
        'Let the proxy pass OPTIONS to the server and its Access-Control headers back; unless --oauth2-allowed-origins is meant to keep such pages away.',
      ),
    ];
  }
  const missing = wanted.filter(
    (name) => !listOf(preflight, 'access-control-allow-headers').includes(name.toLowerCase()),
  );
  if (missing.length > 0) {
    return [
      warning(
        `Pages may not send ${missing.join(', ')} to the MCP endpoint.`,
        "Let the proxy pass the server's Access-Control-Allow-Headers on unchanged.",
      ),
    ];
  }
  const request = rpcRequest('2025-11-25', 'ping');
  const refused = await http.send(target.mcpUrl, {
    ...request,
    headers: { ...request.headers, origin: page },
  });
  if (!allows(refused) || !listOf(refused, 'access-control-expose-headers').includes('www-authenticate')) {
    return [
      warning(
        'Pages are not shown the WWW-Authenticate header of a refusal, so they cannot tell where to sign in.',
        "Let the proxy pass the server's Access-Control-Expose-Headers on with every answer.",
      ),
    ];
  }
  return [ok('pages in a browser may connect, such as the MCP Inspector')];
}

function allows(exchange: Exchange): boolean {
  const origin = exchange.reached ? exchange.headers.get('access-control-allow-origin') : null;
  return origin === page || origin === '*';
}

function listOf(exchange: Exchange, header: string): string[] {
  const value = exchange.reached ? (exchange.headers.get(header) ?? '') : '';
  return value.split(',').map((name) => name.trim().toLowerCase());
}
