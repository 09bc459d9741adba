import { ApiError, SESSION_TOKEN_COOKIE, SESSION_TOKEN_HEADER } from '@coder/api';

const SECURE_SESSION_COOKIE = `__Host-${SESSION_TOKEN_COOKIE}`;

/**
 * The name of the cookie that browsers are given at a sign-in. Under https (`secure`) it has a prefix, with which a browser takes
 * it from no other host, above or below.
 */
export const sessionCookieName = (secure: boolean): string =>
  secure ? SECURE_SESSION_COOKIE : SESSION_TOKEN_COOKIE;

/** A token as it came: whether the browser sent it by itself, and whether it stood in the address. */
export type FoundToken = {
  readonly token: string;
  readonly fromCookie: boolean;
  readonly fromQuery: boolean;
};

/**
 * Looks a token up where upstream does and in its order; the first place that has one counts, even if it is no good.
 * Under https a browser's session is in the cookie that no other host can set; the plain one is for programs.
 * @throws {ApiError} UNAUTHENTICATED when there are two session cookies, of which one may be somebody else's
 */
export function findToken(headers: Headers, url: URL, secure: boolean): FoundToken | undefined {
  const cookie = sessionCookieOf(headers, secure);
  if (cookie) return { token: cookie, fromCookie: true, fromQuery: false };
  const others = [
    [() => queryValue(url, SESSION_TOKEN_COOKIE), true],
    [() => headers.get(SESSION_TOKEN_HEADER), false],
    [() => /^bearer +(.+)$/i.exec(headers.get('authorization') ?? '')?.[1]?.trim(), false],
    [() => queryValue(url, 'access_token'), true],
  ] as const;
  for (const [look, fromQuery] of others) {
    const token = look();
    if (token) return { token, fromCookie: false, fromQuery };
  }
  return undefined;
}

function queryValue(url: URL, name: string): string | null {
  return url.search === '' ? null : url.searchParams.get(name);
}

function sessionCookieOf(headers: Headers, secure: boolean): string | undefined {
  const header = headers.get('cookie');
  if (!header) return undefined;
  if (!secure) return onlyCookie(header, SESSION_TOKEN_COOKIE);
  const own = onlyCookie(header, SECURE_SESSION_COOKIE);
  // A page of a host below or beside this one can put the plain cookie into a browser. A program puts in its own.
  const fromBrowser = headers.has('sec-fetch-site') || headers.has('origin');
  return own ?? (fromBrowser ? undefined : onlyCookie(header, SESSION_TOKEN_COOKIE));
}

function onlyCookie(header: string, name: string): string | undefined {
  const values = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  if (values.length > 1) {
    throw new ApiError('UNAUTHENTICATED', {
      detail:
        'The request carries two session cookies, so nobody can tell whose it is: delete the cookies of this site in your browser, then sign in again.',
    });
  }
  return values[0]?.slice(name.length + 1).replace(/^"(.*)"$/, '$1');
}

export type CookieOptions = { readonly secure: boolean; readonly maxAgeSeconds: number };

/** The Set-Cookie header of a session. It is out of the reach of scripts, and other sites cannot post with it. */
export function sessionCookie(token: string, { secure, maxAgeSeconds }: CookieOptions): string {
  const parts = [
    `${sessionCookieName(secure)}=${token}`,
    'Path=/',
    `Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/**
 * Whether a request that the browser has added the cookie to may come from a page of another site. Such a request is refused
 * when it changes something or opens a WebSocket. Without both headers it is no browser that knows of pages.
 */
export function isCrossSite(headers: Headers, accessUrl: string): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  if (origin === null) return false;
  if (URL.canParse(accessUrl) && new URL(accessUrl).origin === origin) return false;
  // Served under another name as well, the page and the request still have the same host.
  return !URL.canParse(origin) || new URL(origin).host !== headers.get('host');
}
