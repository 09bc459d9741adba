import { type PlainPage, plainPage } from '../http/index.ts';
import { describeRedirect, safeWebAddress } from './redirects.ts';

type Refusal = { error: string; description: string };
type Explained = Pick<PlainPage, 'heading' | 'paragraphs'>;

/** The library's words when an application's document could not be had. */
const documentFailed = /^client_id metadata document fetch failed/;

/** What a refusal at the authorization endpoint means, and what the user and an administrator can do about it. */
export function explain({ error, description }: Refusal, clientId: string): Explained {
  const host = URL.parse(clientId)?.host ?? '';
  if (host !== '' && documentFailed.test(description)) {
    return {
      heading: 'The application could not be checked',
      paragraphs: [
        `It says that it is described at ${host}, but this server could not read its document there.`,
        `Try again in a minute. If it stays so, tell an administrator of this deployment that the server must reach ${host} by https.`,
        'Administrators: where the internet is reached through a proxy, set CODER_OAUTH2_DOCUMENTS_PROXY. Where it is not reached at all, run "coder oauth2-provider documents disable", so that applications register themselves instead; who uses Claude Code then runs "claude mcp logout" first, and connects again.',
      ],
    };
  }
  if (error === 'invalid_client') {
    return {
      heading: 'This application is not known here',
      paragraphs: [
        'It has been removed, or it belongs to another deployment, or this deployment takes no documents of applications.',
        'Remove this deployment from the application and add it again, so that it registers anew. In Claude Code, run "claude mcp logout" first.',
      ],
    };
  }
  if (error === 'invalid_redirect_uri') {
    return {
      heading: 'The answer would go to a wrong address',
      paragraphs: [
        'The application asks for the answer at an address that it has not registered. Nothing was sent there.',
        'Start again from the application itself. If it stays so, its maker or an administrator must register the address.',
      ],
    };
  }
  return {
    heading: 'The application cannot be connected like this',
    paragraphs: [
      `Its request was refused: ${description || error}.`,
      'Nothing was allowed. Start again from the application; if it stays so, report this message to its maker.',
    ],
  };
}

/** What the body of a refusal says, whatever it is. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { error: text(body.error), description: text(body.error_description) };
}

/** The page in place of a redirect to an application for which nobody but itself vouches, and before any person has acted. */
export function pageBeforeRedirect(location: string, clientId: string): Response {
  const url = URL.parse(location);
  const said =
    url && (url.searchParams.has('error') ? url.searchParams : new URLSearchParams(url.hash.slice(1)));
  const refusal = { error: said?.get('error') ?? '', description: said?.get('error_description') ?? '' };
  const href = safeWebAddress(location);
  const { host } = url ? describeRedirect(location) : { host: '' };
  return plainPage({
    status: 400,
    ...explain(refusal, clientId),
    link: href === '' ? undefined : { href, text: `Tell the application, at ${host}` },
  });
}
