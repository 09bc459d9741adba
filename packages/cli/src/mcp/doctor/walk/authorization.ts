import { isHtml, refusal, said } from '../http/refusal.ts';
import { hasProblem, ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { askAuthorization, authorizeUrl, type Outcome } from './authorize.ts';
import { mayNotVisit } from './may-visit.ts';
import { documentOf } from './registration.ts';
import type { Walk } from './walk.ts';

/** As far as a browser comes in which nobody is signed in: to the page that asks to sign in and decide. */
export async function checkAuthorization(walk: Walk): Promise<Verdict[]> {
  const url = authorizeUrl(walk);
  const { server, registered } = walk.found;
  if (url === undefined || server === undefined) return [];
  const verdicts = await judge(walk, await askAuthorization(walk, url));
  const document = documentOf(walk, server);
  if (document !== undefined && registered?.clientId !== document) {
    verdicts.push(...(await judgeDocument(walk, document)));
  }
  return hasProblem(verdicts) ? verdicts : [ok('the user is asked to sign in and decide'), ...verdicts];
}

async function judge(walk: Walk, outcome: Outcome): Promise<Verdict[]> {
  if (outcome.kind === 'other') return [refusal(outcome.exchange, 'The authorization endpoint')];
  if (outcome.kind === 'code') {
    return [
      warning(
        'The authorization is granted though nobody has signed in or decided.',
        'Remove the session that the proxy adds to requests.',
      ),
    ];
  }
  if (outcome.kind === 'error') {
    const { error, description } = outcome;
    return [
      problem(
        `The request for authorization is refused with ${quote(error)}${description === '' ? '' : `, ${quote(description)}`}.`,
        fixes[error] ?? 'Look into the log of the server, and check that it is recent enough.',
      ),
    ];
  }
  const refused = mayNotVisit(walk.target, outcome.url, 'The page to sign in');
  if (refused) return [refused];
  return judgePage(walk, outcome.url);
}

const fixes: Record<string, string> = {
  invalid_redirect_uri:
    'Update the server: a redirect to this machine has to be taken with any port (RFC 8252).',
  invalid_target: 'Set CODER_ACCESS_URL to the address that clients use.',
  invalid_client:
    'Let the server reach the internet to fetch documents of applications, or switch registration on.',
  invalid_scope: 'Update the server: it does not take the scopes that it tells clients to ask for.',
};

async function judgePage({ http }: Walk, url: string): Promise<Verdict[]> {
  const exchange = await http.send(url, { headers: { accept: 'text/html' } });
  if (exchange.reached && exchange.status === 200 && isHtml(exchange)) return [];
  // A page may send on to another that signs in.
  if (exchange.reached && exchange.status >= 300 && exchange.status < 400) return [];
  const where = `The page to sign in, ${new URL(url).pathname},`;
  if (!exchange.reached || exchange.status !== 200) return [refusal(exchange, where)];
  return [
    problem(
      `${where} is no web page (${said(exchange)}).`,
      'Let the proxy pass /oauth2/ to the server; one that runs from its sources serves pages once "npm start" has built them.',
    ),
  ];
}

/** Whether the server can read the client's own document, which most of them are asked for first. */
async function judgeDocument(walk: Walk, document: string): Promise<Verdict[]> {
  const url = authorizeUrl(walk, { client_id: document });
  if (url === undefined) return [];
  const outcome = await askAuthorization(walk, url);
  if (outcome.kind === 'page' || outcome.kind === 'code') return [ok('the server can read its document')];
  const why =
    outcome.kind === 'error'
      ? quote(`${outcome.error}: ${outcome.description}`)
      : 'its answer is no error of OAuth';
  return [
    warning(
      `${walk.client.name} introduces itself by ${document}, which the server could not use (${why}).`,
      'Let the server reach the internet (through a proxy: CODER_OAUTH2_DOCUMENTS_PROXY), or let clients register instead ("coder oauth2-provider documents disable").',
    ),
  ];
}
