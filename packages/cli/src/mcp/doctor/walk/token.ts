import type { Exchange } from '../http/http.ts';
import { textOf } from '../http/read-document.ts';
import { objectOf, refusal, said } from '../http/refusal.ts';
import { hasProblem, ok, problem, type Verdict, warning } from '../report.ts';
import { newVerifier } from './authorize.ts';
import { tooSlow } from './patience.ts';
import type { Walk } from './walk.ts';

const nonsense = 'coder-mcp-doctor';

/** What the token endpoint says to a code that it has not given: a right answer shows that a right code would get through. */
export async function checkToken(walk: Walk): Promise<Verdict[]> {
  const { server, registered, resource } = walk.found;
  if (!server?.tokenEndpoint || !registered || !resource) return [];
  const code = {
    grant_type: 'authorization_code',
    code: nonsense,
    redirect_uri: walk.client.redirectUri(server),
    code_verifier: newVerifier(),
    resource: resource.resource,
  };
  const exchange = await ask(walk, code);
  const verdicts = [...tooSlow(walk.client, exchange), ...judgeCode(exchange)];
  if (!hasProblem(verdicts) && walk.client.heedsTokenErrors)
    verdicts.push(...(await judgeErrors(walk, code)));
  return hasProblem(verdicts)
    ? verdicts
    : [ok('the token endpoint takes the client, and refuses a wrong code'), ...verdicts];
}

function ask(
  walk: Walk,
  form: Record<string, string>,
  client: { clientId: string; clientSecret?: string | undefined } = walk.found.registered ?? { clientId: '' },
): Promise<Exchange> {
  const { clientId, clientSecret } = client;
  return walk.http.send(walk.found.server?.tokenEndpoint ?? '', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...form,
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    }).toString(),
  });
}

function judgeCode(exchange: Exchange): Verdict[] {
  const error = errorOf(exchange);
  if (!exchange.reached || error === undefined) return [refusal(exchange, 'The token endpoint')];
  if (error === 'invalid_grant') {
    if (exchange.status === 400) return [];
    return [
      warning(
        `A wrong code is refused with HTTP ${exchange.status} instead of 400.`,
        'Let the proxy leave the status of answers alone, or update the server.',
      ),
    ];
  }
  const fix =
    error === 'invalid_client'
      ? 'Let the proxy pass the body and the header Authorization of POST requests on; if it does, look into the log of the server.'
      : error === 'invalid_target'
        ? 'Set CODER_ACCESS_URL to the address that clients use.'
        : 'Let the proxy pass the body of POST requests on unchanged; if it does, look into the log of the server.';
  return [
    problem(`The token endpoint answers a wrong code with ${said(exchange)}, not with invalid_grant.`, fix),
  ];
}

/** The errors by which a client that was connected finds out what to do next. */
async function judgeErrors(walk: Walk, code: Record<string, string>): Promise<Verdict[]> {
  const { name } = walk.client;
  const verdicts: Verdict[] = [];
  const dead = await ask(walk, { grant_type: 'refresh_token', refresh_token: nonsense });
  if (errorOf(dead) !== 'invalid_grant') {
    verdicts.push(
      warning(
        `A dead refresh token is answered with ${dead.reached ? said(dead) : dead.what}, not with invalid_grant, so ${name} does not ask its user to sign in again.`,
        'Let the proxy leave answers of the token endpoint alone, or update the server.',
      ),
    );
  }
  const stranger = await ask(walk, code, { clientId: nonsense });
  if (errorOf(stranger) !== 'invalid_client' || !stranger.reached || stranger.status !== 401) {
    verdicts.push(
      warning(
        `A client that is not known any more is answered with ${stranger.reached ? said(stranger) : stranger.what}, not with 401 invalid_client, so ${name} does not register again.`,
        'Let the proxy leave answers of the token endpoint alone, or update the server.',
      ),
    );
  }
  return verdicts;
}

const errorOf = (exchange: Exchange): string | undefined =>
  exchange.reached ? textOf(objectOf(exchange)?.error) : undefined;
