import type { Examination } from '../examination.ts';
import { objectOf, refusal } from '../http/refusal.ts';
import { ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';

/** Whether the deployment answers. */
export async function checkReachable({ http, target }: Examination): Promise<Verdict[]> {
  const exchange = await http.get(`${target.url}/api/v2/buildinfo`);
  if (!exchange.reached) return [refusal(exchange, `The deployment at ${target.url}`)];
  // A refusal of ours carries the version too; what is refused, the next step tells.
  const version =
    exchange.headers.get('x-coder-build-version') ??
    (exchange.status === 200 ? objectOf(exchange)?.version : undefined);
  if (typeof version === 'string') {
    return [ok(`a Coder deployment, ${quote(version)}, answers within ${Math.ceil(exchange.ms)} ms`)];
  }
  return [
    warning(
      `What answers at ${target.url} does not say that it is a Coder deployment (HTTP ${exchange.status}).`,
      'Check the address; if it is right, let the proxy pass /api/v2/ to the server.',
    ),
  ];
}

/** Whether the server knows itself by the address that is examined, since it sends clients to the one it knows. */
export async function checkAccessUrl({ http, target }: Examination): Promise<Verdict[]> {
  const exchange = await http.get(`${target.url}/api/v2/buildinfo`);
  const itself = exchange.reached ? objectOf(exchange)?.dashboard_url : undefined;
  if (typeof itself !== 'string' || itself === '') return [];
  if (itself.replace(/\/+$/, '') === target.url) return [ok('the server knows itself by this address')];
  return [
    problem(
      `The server believes that its address is ${quote(itself)}, so it sends clients there.`,
      `Set CODER_ACCESS_URL to ${target.url} if that is what clients use, else give them the other address.`,
    ),
  ];
}
