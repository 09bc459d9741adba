import { stripCredentials } from './credentials.ts';
import type { FoundApp } from './find-app.ts';

/** Headers about one connection, which end here (RFC 9110, section 7.6.1). */
const hopByHop = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Removes what belongs to a single connection, and what its Connection header says does too. */
export function stripHopByHop(headers: Headers): void {
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of [...hopByHop, ...named]) {
    if (/^[a-z0-9-]+$/.test(name)) headers.delete(name);
  }
}

export type Forwarding = {
  readonly app: FoundApp;
  readonly clientIp: string;
  /** The host the client asked for. */
  readonly host: string;
  readonly protocol: 'http' | 'https';
  /** The path below which the app lies for the client; empty on a host name of its own. */
  readonly prefix: string;
};

/**
 * The headers an app is asked with. It believes to be at `localhost:<port>`, as when a developer opens it there, because many
 * development servers answer to no other name; X-Forwarded-* says where the client is. Nothing of ours that authenticates is in them.
 */
export function appRequestHeaders(
  from: Headers,
  { app, clientIp, host, protocol, prefix }: Forwarding,
): Headers {
  const headers = new Headers(from);
  stripHopByHop(headers);
  stripCredentials(headers);
  const local = `localhost:${app.port}`;
  headers.set('host', local);
  const origin = headers.get('origin');
  // A page of the app is at the client's host for the browser, or in an origin of its own when it is below a path.
  if (origin !== null && (origin === `${protocol}://${host}` || origin === 'null')) {
    headers.set('origin', `http://${local}`);
  }
  const before = headers.get('x-forwarded-for');
  headers.set('x-forwarded-for', before === null ? clientIp : `${before}, ${clientIp}`);
  headers.set('x-forwarded-host', host);
  headers.set('x-forwarded-proto', protocol);
  headers.delete('forwarded');
  if (prefix === '') headers.delete('x-forwarded-prefix');
  else headers.set('x-forwarded-prefix', prefix);
  return headers;
}

/** Headers as Node takes them. */
export function nodeHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(headers);
}
