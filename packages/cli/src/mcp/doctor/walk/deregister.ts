import type { Http } from '../http/http.ts';
import { said } from '../http/refusal.ts';
import { ok, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import type { Target } from '../target.ts';
import { mayNotVisit } from './may-visit.ts';
import type { Registered } from './walk.ts';

/** Deletes what was registered (RFC 7592), whatever has happened since. */
export async function deregister(
  http: Http,
  target: Target,
  { clientId, management }: Registered,
): Promise<Verdict> {
  const leftBehind = (why: string) =>
    warning(
      `The application ${quote(clientId)} that was registered for this check is left behind: ${why}.`,
      'Let an owner delete it with "coder oauth2-provider apps delete"; nobody has allowed it anything.',
    );
  if (management === undefined) return leftBehind('the server offers no way to delete it');
  if (mayNotVisit(target, management.url, 'The address to delete it at')) {
    return leftBehind(`the address to delete it at is ${quote(management.url)}`);
  }
  const exchange = await http.send(management.url, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${management.token}` },
    always: true,
  });
  if (!exchange.reached) return leftBehind(exchange.what);
  return exchange.status === 204 || exchange.status === 200
    ? ok('what was registered is deleted again')
    : leftBehind(said(exchange));
}
