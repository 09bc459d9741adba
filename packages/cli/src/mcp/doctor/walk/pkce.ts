import type { Exchange } from '../http/http.ts';
import { isHtml } from '../http/refusal.ts';
import { ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { askAuthorization, authorizeUrl } from './authorize.ts';
import type { Walk } from './walk.ts';

/** Whether a code is bound to who asked for it. The refusal also shows whether answers say who they are from. */
export async function checkPkce(walk: Walk): Promise<Verdict[]> {
  const url = authorizeUrl(walk, { code_challenge: '', code_challenge_method: '' });
  const { server } = walk.found;
  if (url === undefined || server === undefined) return [];
  const outcome = await askAuthorization(walk, url);
  if (outcome.kind === 'page' || outcome.kind === 'code') {
    return [
      warning(
        'A request without PKCE is not refused, so a code that is caught could be used by anybody.',
        'Update the server.',
      ),
    ];
  }
  const named = ok('a request without PKCE is refused, and S256 is taken');
  // The error of an application that nobody has checked is shown to the person, and not sent on (RFC 9700, 4.11.2).
  if (outcome.kind === 'other') return isErrorPage(outcome.exchange) ? [named] : [];
  if (!outcome.toClient || outcome.iss === server.issuer) return [named];
  if (outcome.iss !== null) {
    return [
      problem(
        `The answer of an authorization is from ${quote(outcome.iss)} (iss), not from ${quote(server.issuer)}; clients drop it.`,
        'Set CODER_ACCESS_URL to the address that clients use, and update the server.',
      ),
    ];
  }
  if (!server.issInResponse) return [named];
  return [
    problem(
      'The answer of an authorization does not say who it is from (iss), though the metadata says that it does; clients drop it.',
      'Let the proxy pass redirects on unchanged, and update the server.',
    ),
  ];
}

const isErrorPage = (exchange: Exchange): boolean =>
  exchange.reached && exchange.status === 400 && isHtml(exchange);
