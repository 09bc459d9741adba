import { isOurCookie } from './credentials.ts';
import type { FoundApp } from './find-app.ts';
import type { AppRequest } from './place.ts';
import { stripHopByHop } from './request-headers.ts';

/** What would reach beyond the app: these speak for the whole host, which below a path is the dashboard's. */
const forTheWholeHost = [
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
];

/**
 * A page below a path shares the dashboard's host. The sandbox puts it into an origin of its own, so that its scripts can neither
 * use the session nor read the dashboard.
 */
const SANDBOX =
  'sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads allow-pointer-lock';

export type Answering = {
  readonly app: FoundApp;
  readonly way: AppRequest['way'];
  readonly prefix: string;
  /** The path of the app's cookies: the prefix without a ticket. */
  readonly cookiePath: string;
  readonly host: string;
  readonly protocol: 'http' | 'https';
  /** The page that asks has an origin of its own, and what lets it in is no cookie. */
  readonly opaque: boolean;
};

/** Makes an app's answer fit for the client's browser. Changes the headers it is given. */
export function fitResponse(headers: Headers, answering: Answering): void {
  stripHopByHop(headers);
  const location = headers.get('location');
  if (location !== null) headers.set('location', rewriteLocation(location, answering));
  rewriteCookies(headers, answering);
  if (answering.way === 'host') return;
  for (const name of forTheWholeHost) headers.delete(name);
  // An answer of the app may have a policy of its own; both then hold.
  headers.append('content-security-policy', SANDBOX);
  headers.set('referrer-policy', 'no-referrer');
  if (answering.opaque) headers.set('access-control-allow-origin', '*');
}

/** A place on the app's own host, for the client below the prefix. Other places stay as they are. */
function rewriteLocation(location: string, { app, prefix, host, protocol }: Answering): string {
  const local = new RegExp(`^(?:http:)?//(?:localhost|127\\.0\\.0\\.1|\\[::1\\]):${app.port}(?=/|$)`, 'i');
  const outside = `${protocol}://${host}`;
  const path = location.replace(local, '');
  if (path !== location) return `${outside}${prefix}${withoutBase(path === '' ? '/' : path, app.basePath)}`;
  if (prefix !== '' && location.startsWith('/') && !location.startsWith('//')) {
    return `${prefix}${withoutBase(location, app.basePath)}`;
  }
  return location;
}

function withoutBase(path: string, base: string): string {
  return base !== '' && (path === base || path.startsWith(`${base}/`))
    ? path.slice(base.length) || '/'
    : path;
}

/** An app's cookies stay its own: for this host only, below its path, and never under a name of ours. */
function rewriteCookies(headers: Headers, { way, cookiePath }: Answering): void {
  const set = headers.getSetCookie();
  if (set.length === 0) return;
  headers.delete('set-cookie');
  for (const cookie of set) {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    if (isOurCookie(pair.split('=', 1)[0]?.trim() ?? '')) continue;
    const kept = attributes.filter((attribute) => {
      const name = attribute.split('=', 1)[0]?.trim().toLowerCase();
      return name !== 'domain' && !(way === 'path' && name === 'path');
    });
    const path = way === 'path' ? [`Path=${cookiePath}/`] : [];
    headers.append('set-cookie', [pair, ...kept, ...path].join('; '));
  }
}
