import type { ClientProfile } from '../clients/index.ts';
import type { Exchange } from '../http/http.ts';
import { textOf, textsOf } from '../http/read-document.ts';
import { objectOf, refusal, said } from '../http/refusal.ts';
import { hasProblem, ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { tooSlow } from './patience.ts';
import type { ServerMetadata } from './server-metadata.ts';
import type { Registered, Walk } from './walk.ts';

/** How the client becomes known: by its document (CIMD), by registering (RFC 7591), or only by hand. */
export async function checkRegistration(walk: Walk): Promise<Verdict[]> {
  const { client, found } = walk;
  const { server } = found;
  if (server === undefined) return [];
  const document = documentOf(walk, server);
  const verdicts = judgeDocument(walk, server);
  if (server.registrationEndpoint === undefined) {
    if (document === undefined) return [...verdicts, problem(off(client.name), offFix(client))];
    walk.found = { ...found, registered: { clientId: document, clientSecret: undefined } };
    return [...verdicts, ok('may introduce itself by its document; registration is off')];
  }
  const asked = client.registration(server);
  const exchange = await walk.http.send(server.registrationEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(asked),
  });
  const registered = registeredBy(exchange);
  if (registered === undefined) {
    const { what, fix } = refused(walk, exchange);
    if (document === undefined) return [...verdicts, problem(what, fix)];
    walk.found = { ...found, registered: { clientId: document, clientSecret: undefined } };
    return [...verdicts, warning(what, fix), ok('may introduce itself by its document')];
  }
  remember(walk, registered);
  verdicts.push(...tooSlow(client, exchange), ...judgeAnswer(asked, exchange));
  if (!hasProblem(verdicts))
    verdicts.push(
      ok(`registers${document === undefined ? '' : ', and may introduce itself by its document'}`),
    );
  return verdicts;
}

/** The address of the client's own document where the server takes it as a client. */
export function documentOf({ client }: Walk, server: ServerMetadata): string | undefined {
  return server.takesDocuments && (server.authMethods?.includes('none') ?? false)
    ? client.document
    : undefined;
}

function judgeDocument({ client }: Walk, server: ServerMetadata): Verdict[] {
  if (!server.takesDocuments || client.document === undefined || server.authMethods?.includes('none'))
    return [];
  return [
    warning(
      `The server takes client documents but not the method "none" (token_endpoint_auth_methods_supported), so ${client.name} registers instead.`,
      'Update the server, and let the proxy pass the metadata on unchanged.',
    ),
  ];
}

function remember(walk: Walk, registered: Registered): void {
  for (const secret of [registered.clientSecret, registered.management?.token]) {
    if (secret !== undefined) walk.secrets.add(secret);
  }
  walk.found = { ...walk.found, registered };
}

function registeredBy(exchange: Exchange): Registered | undefined {
  if (!exchange.reached || (exchange.status !== 201 && exchange.status !== 200)) return undefined;
  const answer = objectOf(exchange);
  const clientId = textOf(answer?.client_id);
  if (clientId === undefined) return undefined;
  const url = textOf(answer?.registration_client_uri);
  const token = textOf(answer?.registration_access_token);
  return {
    clientId,
    clientSecret: textOf(answer?.client_secret),
    ...(url !== undefined && token !== undefined ? { management: { url, token } } : {}),
  };
}

function refused({ client }: Walk, exchange: Exchange): { what: string; fix: string } {
  if (exchange.reached && objectOf(exchange) !== undefined) {
    if (exchange.status === 401) {
      return {
        what: `Registration needs an initial access token (${said(exchange)}), which ${client.name} has none of.`,
        fix: offFix(client),
      };
    }
    if (exchange.status === 403)
      return { what: `${off(client.name)} (${said(exchange)})`, fix: offFix(client) };
    if (exchange.status === 400) {
      return {
        what: `The server does not take what ${client.name} registers: ${said(exchange)}.`,
        fix: 'Update the server; its rules about redirects and fields are narrower than what this client sends.',
      };
    }
  }
  const { what, fix } = refusal(exchange, 'The registration endpoint');
  return { what, fix: fix ?? '' };
}

const off = (name: string): string =>
  `Applications cannot register themselves here, so ${name} cannot connect by the address alone.`;

function offFix({ name, byHand: { redirects, after } }: ClientProfile): string {
  const flags = redirects.map((redirect) => `--redirect-uri ${redirect}`).join(' ');
  return `Let an owner run "coder oauth2-provider dcr enable", or enter the client with "coder oauth2-provider apps create '${name}' ${flags}" and ${after}.`;
}

function judgeAnswer(asked: Record<string, unknown>, exchange: Exchange): Verdict[] {
  const answer = (exchange.reached && objectOf(exchange)) || {};
  const verdicts: Verdict[] = [];
  const kept = textsOf(answer.redirect_uris);
  const lost = (textsOf(asked.redirect_uris) ?? []).filter(
    (uri) => kept !== undefined && !kept.includes(uri),
  );
  if (lost.length > 0) {
    verdicts.push(
      problem(
        `The server has left out the redirect ${quote(lost.join(', '))} of what was registered.`,
        'Update the server; it must take all redirects of a client or none.',
      ),
    );
  }
  const method = textOf(answer.token_endpoint_auth_method);
  if (method !== undefined && method !== asked.token_endpoint_auth_method) {
    verdicts.push(
      warning(
        `The server has registered the method ${quote(method)} instead of ${quote(String(asked.token_endpoint_auth_method))}.`,
        'Update the server; some clients go on with the method they asked for.',
      ),
    );
  }
  if (exchange.reached && exchange.status === 200) {
    verdicts.push(
      warning(
        'A registration is answered with HTTP 200, and strict clients take only 201.',
        'Update the server.',
      ),
    );
  }
  return verdicts;
}
