import { SESSION_TOKEN_COOKIE, SESSION_TOKEN_HEADER } from '@coder/api';

/** The form of our own tokens: what does not have it belongs to the app. */
const ourToken = /^[A-Za-z0-9]{10}-[A-Za-z0-9]{22}$/;
/** Where a browser keeps its ticket on an app's own host name, and how it gets it there. */
export const TICKET_COOKIE = 'coder_app_ticket';

/** How a request says who sends it. A token that was sent on purpose counts before a cookie that the browser adds by itself. */
export type Presented = 'token' | 'cookie' | 'none';

export function presented(headers: Headers, url: URL): Presented {
  if (headers.has(SESSION_TOKEN_HEADER) || url.searchParams.has(SESSION_TOKEN_COOKIE)) return 'token';
  if (ourToken.test(url.searchParams.get('access_token') ?? '')) return 'token';
  if (bearerIsOurs(headers)) return 'token';
  return cookies(headers).some(([name]) => ofSession.test(name)) ? 'cookie' : 'none';
}

export function cookieOf(headers: Headers, name: string): string | undefined {
  return cookies(headers).find(([key]) => key === name)?.[1];
}

/** The headers to authenticate with: without the cookie when a token was sent. */
export function withoutCookie(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete('cookie');
  return copy;
}

/** Takes everything that is meant for us out of what an app gets to see. Changes the headers it is given. */
export function stripCredentials(headers: Headers): void {
  headers.delete(SESSION_TOKEN_HEADER);
  if (bearerIsOurs(headers)) headers.delete('authorization');
  if (/coder_session_token|access_token|coder_app_ticket|\/~/.test(headers.get('referer') ?? '')) {
    headers.delete('referer');
  }
  const kept = cookies(headers).filter(([name]) => !isOurCookie(name));
  if (kept.length === 0) headers.delete('cookie');
  else headers.set('cookie', kept.map(([name, value]) => `${name}=${value}`).join('; '));
}

/** A query without our tokens. Where there is none the text is left exactly as it was sent. */
export function stripQuery(search: string): string {
  const parts = search.replace(/^\?/, '').split('&');
  const kept = parts.filter((part) => {
    // Read as it is where a token is looked for: a name may be encoded.
    const [[name, value] = ['', '']] = new URLSearchParams(part);
    if (name === SESSION_TOKEN_COOKIE || name === TICKET_COOKIE) return false;
    return !(name === 'access_token' && ourToken.test(value));
  });
  return kept.join('&') === '' ? '' : `?${kept.join('&')}`;
}

/** The session, by its name under http and under https. */
const ofSession = new RegExp(`^(__Host-)?${SESSION_TOKEN_COOKIE}$`, 'i');
/** What marks the browser in which an application asks for access. */
const ofAuthorization = /^(__Host-)?(coder_oauth_|_interaction)/i;

/** Cookies that an app may neither read nor set. One without a name is sent back as its value, which may begin with ours. */
export function isOurCookie(name: string): boolean {
  return name === '' || name === TICKET_COOKIE || ofSession.test(name) || ofAuthorization.test(name);
}

function bearerIsOurs(headers: Headers): boolean {
  const match = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '');
  return ourToken.test(match?.[1] ?? '');
}

function cookies(headers: Headers): [string, string][] {
  return (headers.get('cookie') ?? '').split(';').flatMap((part) => {
    const at = part.indexOf('=');
    return at < 1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as [string, string]];
  });
}
