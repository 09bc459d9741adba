import { SESSION_TOKEN_COOKIE, SESSION_TOKEN_HEADER } from '@coder/api';

/** A token as it came: whether the browser sent it by itself, and whether it stood in the address. */
export type FoundToken = {
  readonly token: string;
  readonly fromCookie: boolean;
  readonly fromQuery: boolean;
};

/** Looks a token up where upstream does and in its order; the first place that has one counts, even if it is no good. */
export function findToken(headers: Headers, url: URL): FoundToken | undefined {
  const cookie = cookieValue(headers.get('cookie'), SESSION_TOKEN_COOKIE);
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

function cookieValue(header: string | null, name: string): string | undefined {
  if (!header) return undefined;
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) {
      return part
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1');
    }
  }
  return undefined;
}

export type CookieOptions = { readonly secure: boolean; readonly maxAgeSeconds: number };

/** The Set-Cookie header of a session. It is out of the reach of scripts, and other sites cannot post with it. */
export function sessionCookie(token: string, { secure, maxAgeSeconds }: CookieOptions): string {
  const parts = [
    `${SESSION_TOKEN_COOKIE}=${token}`,
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
