import { buildDiscoveryUrls } from '@modelcontextprotocol/client';
import { isVerdict, readDocument } from '../http/read-document.ts';
import { hasProblem, ok, problem, type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import { mayNotVisit } from './may-visit.ts';
import { tooSlow } from './patience.ts';
import { type ServerMetadata, serverMetadata } from './server-metadata.ts';
import type { Walk } from './walk.ts';

/** The document of the authorization server (RFC 8414), and whether a client can work with what it says. */
export async function checkMetadata(walk: Walk): Promise<Verdict[]> {
  const issuer = walk.found.resource?.authorizationServer;
  if (issuer === undefined) return [];
  const { verdicts, server } = await fetchMetadata(walk, issuer);
  if (server === undefined) return verdicts;
  verdicts.push(
    ...judgeIssuer(server.issuer, issuer),
    ...judgeEndpoints(walk, server),
    ...judgeAbilities(server),
  );
  if (hasProblem(verdicts)) return verdicts;
  verdicts.push(...(walk.client.judgeServer?.(server) ?? []));
  walk.found = { ...walk.found, server };
  return [...verdicts, ok('the authorization server says who it is and what it can do')];
}

/** Asks at the addresses that the MCP SDK asks at, in its order. */
async function fetchMetadata(
  { http, client }: Walk,
  issuer: string,
): Promise<{ verdicts: Verdict[]; server?: ServerMetadata }> {
  const [first, ...others] = buildDiscoveryUrls(issuer).map(({ url }) => url.href);
  if (first === undefined) return { verdicts: [] };
  const exchange = await http.get(first);
  const document = readDocument(exchange, `The authorization server's metadata at ${first}`);
  if (!isVerdict(document)) {
    return {
      verdicts: [...document.warnings, ...tooSlow(client, exchange)],
      server: serverMetadata(document.value),
    };
  }
  // What is not there may be where OpenID Connect has it, or where people put it who append instead of inserting.
  if (!exchange.reached || exchange.status !== 404) return { verdicts: [document] };
  for (const url of others) {
    const other = readDocument(await http.get(url), 'The metadata');
    if (!isVerdict(other)) return { verdicts: [...other.warnings], server: serverMetadata(other.value) };
  }
  const appended = `${issuer.replace(/\/+$/, '')}/.well-known/oauth-authorization-server`;
  if (appended !== first && !isVerdict(readDocument(await http.get(appended), 'The metadata'))) {
    return {
      verdicts: [
        problem(
          `The authorization server's metadata is at ${appended}, but clients look at ${first}.`,
          'Let the proxy pass /.well-known/ at the root of the host to the server: the path of the issuer goes behind the well-known name.',
        ),
      ],
    };
  }
  return { verdicts: [document] };
}

function judgeIssuer(said: string, expected: string): Verdict[] {
  if (said === expected) return [];
  const bySlash = said.replace(/\/+$/, '') === expected.replace(/\/+$/, '');
  return [
    problem(
      `The authorization server calls itself ${quote(said)}, but was reached as ${quote(expected)}; clients refuse it unless the two are the same to the letter.`,
      bySlash
        ? 'Set CODER_ACCESS_URL without a slash at its end.'
        : 'Set CODER_ACCESS_URL to the address that clients use, and let the proxy pass the documents on unchanged.',
    ),
  ];
}

function judgeEndpoints({ target }: Walk, server: ServerMetadata): Verdict[] {
  const needed = {
    authorization_endpoint: server.authorizationEndpoint,
    token_endpoint: server.tokenEndpoint,
  };
  const missing = Object.entries(needed).flatMap(([name, url]) => (url === undefined ? [name] : []));
  if (missing.length > 0) {
    return [
      problem(
        `The authorization server's metadata has no ${missing.join(' and no ')}.`,
        'Update the server, and let the proxy pass the document on unchanged.',
      ),
    ];
  }
  return Object.entries({ ...needed, registration_endpoint: server.registrationEndpoint }).flatMap(
    ([name, url]) => {
      const refused = url === undefined ? undefined : mayNotVisit(target, url, `The ${name}`);
      return refused ? [refused] : [];
    },
  );
}

function judgeAbilities(server: ServerMetadata): Verdict[] {
  const verdicts: Verdict[] = [];
  if (!server.challengeMethods?.includes('S256')) {
    verdicts.push(
      problem(
        server.challengeMethods === undefined
          ? 'The authorization server does not say that it takes PKCE (code_challenge_methods_supported), and clients go no further.'
          : `The authorization server does not take PKCE with S256, only ${quote(server.challengeMethods.join(', '))}.`,
        'Update the server, and let the proxy pass the document on unchanged.',
      ),
    );
  }
  if (!(server.responseTypes?.includes('code') ?? false)) {
    verdicts.push(
      problem(
        'The authorization server does not say that it gives codes (response_types_supported).',
        'Update the server, and let the proxy pass the document on unchanged.',
      ),
    );
  }
  if (server.grantTypes !== undefined && !server.grantTypes.includes('refresh_token')) {
    verdicts.push(
      warning(
        'The authorization server gives no refresh tokens, so users sign in again whenever a token ends.',
        'Update the server.',
      ),
    );
  }
  return verdicts;
}
