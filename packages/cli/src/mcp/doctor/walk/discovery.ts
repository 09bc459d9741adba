import { checkResourceAllowed } from '@modelcontextprotocol/client';
import type { Exchange } from '../http/http.ts';
import { isVerdict, readDocument, textOf, textsOf } from '../http/read-document.ts';
import { hasProblem, ok, problem, type Verdict } from '../report.ts';
import { quote } from '../safe-text.ts';
import { challengeOf } from './challenge.ts';
import { mayNotVisit } from './may-visit.ts';
import { tooSlow } from './patience.ts';
import type { Walk } from './walk.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

/** From the refusal to the document that says what is protected, and by whom (RFC 9728). */
export async function checkDiscovery(walk: Walk): Promise<Verdict[]> {
  const contact = await walk.firstContact();
  if (!contact.reached || contact.status !== 401) return [];
  const challenge = challengeOf(contact);
  const named = challenge.resourceMetadataUrl?.href;
  const refused = named && mayNotVisit(walk.target, named, 'The metadata that the refusal names');
  if (refused) return [refused];
  const { url, exchange } = await fetchDocument(walk, named);
  const document = readDocument(exchange, `The protected-resource metadata at ${url}`);
  if (isVerdict(document)) return [document];
  const { value } = document;
  const verdicts = [...document.warnings, ...tooSlow(walk.client, exchange)];
  const resource = textOf(value.resource);
  const [authorizationServer] = textsOf(value.authorization_servers) ?? [];
  if (resource === undefined || authorizationServer === undefined) {
    const missing = resource === undefined ? 'resource' : 'authorization_servers';
    verdicts.push(
      problem(
        `The protected-resource metadata has no ${missing}.`,
        'Update the server, and let the proxy pass the document on unchanged.',
      ),
    );
    return verdicts;
  }
  verdicts.push(...judgeResource(walk, resource));
  // What follows would be asked for another host's resource, and say only that once more.
  if (hasProblem(verdicts) && URL.parse(resource)?.origin !== walk.target.origin) return verdicts;
  const elsewhere = mayNotVisit(walk.target, authorizationServer, 'The authorization server');
  if (elsewhere) return [...verdicts, elsewhere];
  const scope = challenge.scope ?? textsOf(value.scopes_supported)?.join(' ');
  walk.found = { ...walk.found, resource: { url, resource, authorizationServer, scope: scope || undefined } };
  if (!hasProblem(verdicts)) verdicts.push(ok('the refusal leads to metadata for this address'));
  return verdicts;
}

/** What the refusal names; else, as clients guess it, by the path of the address and then for the whole host. */
async function fetchDocument(
  { http, target }: Walk,
  named: string | undefined,
): Promise<{ url: string; exchange: Exchange }> {
  const { pathname, origin } = new URL(target.mcpUrl);
  const guesses = [`${origin}${wellKnown}${pathname}`, `${origin}${wellKnown}`];
  const urls = named === undefined ? guesses : [named];
  for (const url of urls) {
    const exchange = await http.get(url);
    if ((exchange.reached && exchange.status === 200) || url === urls.at(-1)) {
      return exchange.reached && exchange.status === 200
        ? { url, exchange }
        : { url: urls[0] ?? url, exchange: await http.get(urls[0] ?? url) };
    }
  }
  return { url: target.mcpUrl, exchange: await http.get(target.mcpUrl) };
}

function judgeResource({ client, target }: Walk, resource: string): Verdict[] {
  const fits =
    client.resource === 'exact'
      ? sameAddress(resource, target.mcpUrl)
      : URL.canParse(resource) &&
        checkResourceAllowed({ requestedResource: target.mcpUrl, configuredResource: resource });
  if (fits) return [];
  const what = `The metadata is for the resource ${quote(resource)}, but the client was given ${target.mcpUrl}; ${client.name} refuses that.`;
  if (withoutSlash(resource) === withoutSlash(target.mcpUrl)) {
    return [
      problem(
        what,
        `Give clients the address exactly as the server names it, ${resource.endsWith('/') ? 'with' : 'without'} the slash at its end.`,
      ),
    ];
  }
  return [
    problem(
      what,
      `Set CODER_ACCESS_URL to ${target.url} if that is what clients use, else give clients the address that the metadata is for.`,
    ),
  ];
}

/** The query chooses tools and is no part of a resource. */
function sameAddress(a: string, b: string): boolean {
  const [one, other] = [URL.parse(a), URL.parse(b)];
  return one !== null && other !== null && one.origin === other.origin && one.pathname === other.pathname;
}

const withoutSlash = (address: string): string => {
  const url = URL.parse(address);
  return url ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : address;
};
